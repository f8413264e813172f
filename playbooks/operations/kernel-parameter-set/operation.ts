import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { describePath, guarded, PATH_FUNCTIONS, parsePathStates } from "../path-state.ts";
import { differencesOf, failing, runChange } from "../plan.ts";

/** A kernel parameter is in a sysctl file, and has that value now when asked. */
export const kernelParameterSet: Operation = {
  name: "kernel-parameter-set",
  title: "Set a kernel parameter",
  modules: ["ansible.posix.sysctl"],
  arguments: {
    name: { type: "str", required: true, aliases: ["key"], description: "The parameter, as net.ipv4.ip_forward." },
    value: { type: "str", aliases: ["val"], description: "Its value." },
    state: {
      type: "str",
      default: "present",
      choices: ["absent", "present"],
      description: "Whether it is in the file.",
    },
    sysctl_file: { type: "path", default: "/etc/sysctl.conf", description: "The file." },
    reload: { type: "bool", default: true, description: "Load the file again when it changes." },
    sysctl_set: { type: "bool", default: false, description: "Make the running kernel have the value too." },
    ignoreerrors: { type: "bool", default: false, description: "Parameters the kernel does not know are no failure." },
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, kernelParameterSet.arguments, context.read);
    const name = String(args.name).trim();
    const present = args.state === "present";
    if (!/^[\w.*/@:-]+$/.test(name)) return failing("name cannot be blank");
    if (present && (typeof args.value !== "string" || args.value.trim() === "")) return failing("value cannot be None");
    const value = normalized(String(args.value ?? ""));
    const path = String(args.sysctl_file);
    const outcome = await context.read.run(
      `${PATH_FUNCTIONS}${describePath(path, "file", ["content"])}echo "now $(sysctl -n -- ${shellQuote(name)} 2>/dev/null | base64 -w0)"`,
    );
    const file = parsePathStates(outcome.stdout).paths.get("file");
    const before = file?.content?.toString("utf8") ?? "";
    const after = edited(before, name, present ? value : undefined);
    const running = Buffer.from(/^now (.*)$/m.exec(outcome.stdout)?.[1] ?? "", "base64").toString("utf8");
    const changes: Change[] = [];
    if (after !== before) {
      const target = guarded(file?.realPath ?? path);
      changes.push({
        kind: "write",
        title: `Write ${path}`,
        file: { path: target, content: after, mode: file?.target?.mode ?? 0o644 },
      });
    }
    const ignore = args.ignoreerrors === true ? "-e " : "";
    const sets = present && args.sysctl_set === true && normalized(running) !== value;
    if (sets) changes.push(runChange(context, `Set ${name}`, `sysctl ${ignore}-w ${shellQuote(`${name}=${value}`)}\n`));
    if (after !== before && args.reload === true) {
      changes.push(runChange(context, `Load ${path}`, `sysctl ${ignore}-p ${shellQuote(guarded(path))}\n`));
    }
    const result = { changed: changes.length > 0 };
    return {
      changes,
      result,
      differences: differencesOf([{ before, after, before_header: path, after_header: path }]),
    };
  },
};

/** Values of several numbers may be written with any white space between them. */
function normalized(value: string): string {
  return value.trim().split(/\s+/).join(" ");
}

/** The file with one line for the parameter, in the place of its last one, or with none. */
function edited(before: string, name: string, value: string | undefined): string {
  const lines = before === "" ? [] : before.replace(/\n$/, "").split("\n");
  const isIt = (line: string) =>
    !/^\s*[#;]/.test(line) && line.includes("=") && line.slice(0, line.indexOf("=")).trim() === name;
  const last = lines.findLastIndex(isIt);
  const kept = lines.flatMap((line, index) => {
    if (!isIt(line)) return [line];
    if (value === undefined || index !== last) return [];
    return normalized(line.slice(line.indexOf("=") + 1)) === value ? [line] : [`${name}=${value}`];
  });
  if (value !== undefined && last === -1) kept.push(`${name}=${value}`);
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}
