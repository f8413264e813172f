import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, Operation } from "../operation.ts";
import { commandFailed, failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { splitWords } from "../words.ts";
import { type ConfigurationFile, persistence } from "./persistence.ts";

/** A kernel module is loaded or not, now and after the next start. */
export const kernelModuleLoaded: Operation = {
  name: "kernel-module-loaded",
  title: "Load or unload a kernel module",
  modules: ["community.general.modprobe"],
  arguments: {
    name: { type: "str", required: true, description: "The module." },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "Whether it is loaded." },
    params: { type: "str", default: "", description: "Parameters, as `name=value` words." },
    persistent: {
      type: "str",
      default: "disabled",
      choices: ["disabled", "present", "absent"],
      description: "Whether it is loaded at start with these parameters; `disabled` leaves that as it is.",
    },
  },
  checkMode: "full",
  async plan(args, context) {
    const name = String(args.name);
    let words: string[];
    try {
      words = splitWords(String(args.params));
    } catch (error) {
      return failing(error instanceof Error ? error.message : String(error));
    }
    const outcome = await context.read.run(question(name));
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    if (/^bdap-no-modules$/m.test(outcome.stdout))
      return failing("[Errno 2] No such file or directory: '/proc/modules'", {
        name,
        params: args.params,
        state: args.state,
      });
    const loaded = /^bdap-loaded$/m.test(outcome.stdout);
    const result = { name, params: args.params, state: args.state, changed: false };
    const changes: Change[] = [];
    const moves = args.state === "present" ? !loaded : loaded;
    const command = args.state === "present" ? ["modprobe", name, ...words] : ["modprobe", "-r", name];
    if (moves && context.checkMode) {
      const tried = await context.read.run(`${requirePrograms()}${shellJoin([...command, "-n"])}\n`);
      if (tried.status !== 0) return { changes: [], result: commandFailed(result, tried, tried.stderr) };
    }
    if (moves) {
      const verb = args.state === "present" ? "Load" : "Unload";
      changes.push(
        runChange(context, `${verb} the kernel module ${name}`, `${requirePrograms()}${shellJoin(command)}\n`),
      );
    }
    const edits =
      args.persistent === "disabled"
        ? []
        : persistence(name, String(args.params), args.persistent === "present", filesOf(outcome.stdout));
    changes.push(
      ...edits.map(
        (edit): Change => ({
          kind: "write",
          title: `Write ${edit.path}`,
          file: { path: edit.path, content: edit.text },
        }),
      ),
    );
    return {
      changes: context.checkMode ? [] : changes,
      result: { ...result, changed: changes.length > 0 },
      conclude(outcomes) {
        const failed = outcomes.find((one) => one.status !== 0);
        return failed === undefined
          ? { ...result, changed: changes.length > 0 }
          : commandFailed(result, failed, failed.stderr);
      },
    };
  },
};

function question(name: string): string {
  const loaded = shellQuote(`^${name.replaceAll("-", "_").replace(/[.*+?[\]^$\\]/g, "\\$&")} `);
  const builtin = shellQuote(`/${name}.ko`);
  return `${requirePrograms("modprobe")}
[ -r /proc/modules ] || echo bdap-no-modules
if grep -qs ${loaded} /proc/modules || grep -qF ${builtin} "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; then echo bdap-loaded; fi
for f in /etc/modules-load.d/* /etc/modprobe.d/*; do
[ -f "$f" ] && echo "bdap-file $(printf %s "$f" | base64 -w0) $(base64 -w0 <"$f")"
done
:
`;
}

function filesOf(output: string): ConfigurationFile[] {
  return [...output.matchAll(/^bdap-file (\S+) ?(.*)$/gm)].map(([, path = "", text = ""]) => ({
    path: Buffer.from(path, "base64").toString("utf8"),
    text: Buffer.from(text, "base64").toString("utf8"),
  }));
}
