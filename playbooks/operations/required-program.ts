import type { OperationPlan } from "./operation.ts";
import { failing } from "./plan.ts";

/** Shell that ends a reading script, before anything else of it runs, when one of the programs is not on the host. */
export function requirePrograms(...names: readonly string[]): string {
  return `PATH="$PATH:/sbin:/usr/sbin:/usr/local/sbin"
for program in ${names.join(" ")}; do
command -v "$program" >/dev/null || { echo "bdap-missing $program $PATH"; exit 0; }
done
`;
}

/** The failure of the original, when the script's output says that a program is missing. */
export function missingProgram(output: string): OperationPlan | undefined {
  const [, name, path = ""] = /^bdap-missing (\S+) (.*)$/m.exec(output) ?? [];
  if (name === undefined) return undefined;
  const places = [...new Set(path.split(":"))].join(":");
  return failing(`Failed to find required executable "${name}" in paths: ${places}`);
}
