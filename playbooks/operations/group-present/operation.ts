import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation, OperationPlan } from "../operation.ts";
import { failing, nothingToDo, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";

/** A group exists, with this number, or does not exist. */
export const groupPresent: Operation = {
  name: "group-present",
  title: "Make a group exist or not",
  modules: ["ansible.builtin.group"],
  arguments: {
    name: { type: "str", required: true, description: "The group." },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "Whether it exists." },
    gid: { type: "int", description: "Its number." },
    system: { type: "bool", default: false, description: "Take a number from the system range." },
    non_unique: { type: "bool", default: false, description: "Another group may have the same number." },
    force: { type: "bool", default: false, description: "Delete it even when it is a user's primary group." },
    local: {
      type: "bool",
      default: false,
      description: "Use libuser's programs, which know the host's own groups alone.",
    },
    gid_min: { type: "int", description: "Lowest number to choose from." },
    gid_max: { type: "int", description: "Highest number to choose from." },
  },
  checkMode: "full",
  async plan(args, context) {
    const name = String(args.name);
    const gid = typeof args.gid === "number" ? args.gid : undefined;
    if (args.non_unique === true && gid === undefined) {
      return failing("non_unique is True but all of the following are missing: gid");
    }
    const isLocal = args.local === true;
    const outcome = await context.read.run(question(name, gid, isLocal));
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    const found = /^bdap-group (.*)$/m.exec(outcome.stdout)?.[1] ?? "";
    const current = found === "" ? undefined : Number(found.split(":")[2]);
    const owner = /^bdap-owner (.+)$/m.exec(outcome.stdout)?.[1]?.split(":")[0];
    if (isLocal && args.state === "present" && gid !== undefined && gid !== current && owner !== undefined) {
      if (args.non_unique !== true) return failing(`GID '${gid}' already exists with group '${owner}'`);
    }
    const program = (action: string) => (isLocal ? `lgroup${action}` : `group${action}`);
    const end = isLocal ? [name] : ["--", name];
    const base = { name, state: args.state };
    if (args.state === "absent") {
      if (current === undefined) return nothingToDo(base);
      const command = shellJoin([program("del"), ...(args.force === true && !isLocal ? ["-f"] : []), ...end]);
      return change(`Remove the group ${name}`, command, { changed: true, ...base });
    }
    const known = { ...base, system: args.system === true };
    if (current !== undefined && (gid === undefined || gid === current)) return nothingToDo({ ...known, gid: current });
    const unique = args.non_unique === true && !isLocal ? ["-o"] : [];
    if (current !== undefined) {
      const words = [program("mod"), "-g", String(gid), ...unique, ...end];
      return change(`Change the number of the group ${name}`, shellJoin(words), { changed: true, ...known });
    }
    const range = [
      ...(typeof args.gid_min === "number" ? ["-K", `GID_MIN=${args.gid_min}`] : []),
      ...(typeof args.gid_max === "number" ? ["-K", `GID_MAX=${args.gid_max}`] : []),
    ];
    const number = gid === undefined ? [] : ["-g", String(gid), ...unique];
    const words = [program("add"), ...number, ...(args.system === true ? ["-r"] : []), ...range, ...end];
    return change(`Make the group ${name}`, shellJoin(words), { changed: true, ...known });

    function change(title: string, command: string, result: Readonly<Record<string, unknown>>): OperationPlan {
      if (context.checkMode) return { changes: [], result: { changed: true } };
      const script = `${requirePrograms()}${command}\necho bdap-end\ngetent group ${shellQuote(name)} || true\n`;
      return {
        changes: [runChange(context, title, script)],
        result,
        conclude(outcomes) {
          const last = outcomes[0];
          if (last === undefined) return { ...result, changed: false };
          if (last.status !== 0) return { changed: false, failed: true, name, msg: last.stderr };
          const [printed = "", entry = ""] = last.stdout.split("bdap-end\n");
          const now = entry.split(":")[2];
          const stdout = printed === "" ? {} : { stdout: printed };
          const stderr = last.stderr === "" ? {} : { stderr: last.stderr };
          return { ...result, ...stdout, ...stderr, ...(now === undefined ? {} : { gid: Number(now) }) };
        },
      };
    }
  },
};

function question(name: string, gid: number | undefined, isLocal: boolean): string {
  const word = shellQuote(name);
  if (!isLocal) return `echo "bdap-group $(getent group -- ${word})"\n`;
  return `${requirePrograms("lgroupadd", "lgroupmod", "lgroupdel")}
echo "bdap-group $(awk -F: -v n=${word} '$1 == n' /etc/group | tail -n 1)"
echo "bdap-owner $(awk -F: '$3 == ${gid ?? -1}' /etc/group | head -n 1)"
`;
}
