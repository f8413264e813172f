import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation, OperationPlan } from "../operation.ts";
import { commandFailed, failing, nothingToDo, runChange } from "../plan.ts";

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
    local: { type: "bool", default: false, description: "Accepted; groups are always made on the host itself." },
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
    const outcome = await context.read.run(`getent group ${shellQuote(name)}`);
    const current = outcome.status === 0 ? Number(outcome.stdout.split(":")[2]) : undefined;
    const base = { name, state: args.state };
    if (args.state === "absent") {
      if (current === undefined) return nothingToDo(base);
      const command = shellJoin(["groupdel", ...(args.force === true ? ["-f"] : []), "--", name]);
      return change(`Remove the group ${name}`, command, { changed: true, ...base });
    }
    const known = { ...base, system: args.system === true };
    if (current !== undefined && (gid === undefined || gid === current)) return nothingToDo({ ...known, gid: current });
    const unique = args.non_unique === true ? ["-o"] : [];
    if (current !== undefined) {
      const words = ["groupmod", "-g", String(gid), ...unique, "--", name];
      return change(`Change the number of the group ${name}`, shellJoin(words), { changed: true, ...known });
    }
    const range = [
      ...(typeof args.gid_min === "number" ? ["-K", `GID_MIN=${args.gid_min}`] : []),
      ...(typeof args.gid_max === "number" ? ["-K", `GID_MAX=${args.gid_max}`] : []),
    ];
    const number = gid === undefined ? [] : ["-g", String(gid), ...unique];
    const words = ["groupadd", ...number, ...(args.system === true ? ["-r"] : []), ...range, "--", name];
    return change(`Make the group ${name}`, shellJoin(words), { changed: true, ...known });

    function change(title: string, command: string, result: Readonly<Record<string, unknown>>): OperationPlan {
      if (context.checkMode) return { changes: [], result: { changed: true } };
      const script = `${command}\ngetent group ${shellQuote(name)} || true\n`;
      return {
        changes: [runChange(context, title, script)],
        result,
        conclude(outcomes) {
          const last = outcomes[0];
          if (last === undefined) return { ...result, changed: false };
          if (last.status !== 0) return commandFailed({ name }, last, last.stderr);
          const now = last.stdout.split(":")[2];
          const stderr = last.stderr === "" ? {} : { stderr: last.stderr };
          return { ...result, ...stderr, ...(now === undefined ? {} : { gid: Number(now) }) };
        },
      };
    }
  },
};
