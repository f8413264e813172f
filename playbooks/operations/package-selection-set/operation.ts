import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { commandFailed, failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";

/** dpkg has this selection for a package: install, hold, deinstall or purge. */
export const packageSelectionSet: Operation = {
  name: "package-selection-set",
  title: "Hold or release a Debian package",
  modules: ["ansible.builtin.dpkg_selections"],
  arguments: {
    name: { type: "str", required: true, description: "The package." },
    selection: {
      type: "str",
      required: true,
      choices: ["install", "hold", "deinstall", "purge"],
      description: "What dpkg shall do with it.",
    },
  },
  checkMode: "full",
  async plan(args, context) {
    const name = String(args.name);
    const outcome = await context.read.run(
      `export LC_ALL=C\n${requirePrograms("dpkg")}dpkg --get-selections ${shellQuote(name)}\n`,
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    if (outcome.status !== 0) return { changes: [], result: commandFailed({}, outcome) };
    if (outcome.stderr.includes("no packages found matching")) {
      return failing(`Failed to find package '${name}' to perform selection '${String(args.selection)}'.`);
    }
    const before = outcome.stdout.trim() === "" ? "not present" : outcome.stdout.trim().split(/\s+/)[1];
    const result = { changed: before !== args.selection, before, after: args.selection };
    if (!result.changed) return { changes: [], result };
    const words = `${name} ${String(args.selection)}`;
    return { changes: [runChange(context, `Select ${words}`, "dpkg --set-selections\n", words)], result };
  },
};
