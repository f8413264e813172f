import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { parseCapability, parseGetcap } from "./capability.ts";

/** A program has a capability(7), or has it not. */
export const fileCapabilitySet: Operation = {
  name: "file-capability-set",
  title: "Give a capability to a program, or take it away",
  modules: ["community.general.capabilities"],
  arguments: {
    path: { type: "str", required: true, aliases: ["key"], description: "The program." },
    capability: {
      type: "str",
      required: true,
      aliases: ["cap"],
      description: "The capability with operator and flags.",
    },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "Whether it has it." },
  },
  checkMode: "full",
  async plan(args, context) {
    const path = String(args.path).trim();
    const text = String(args.capability).trim().toLowerCase();
    const outcome = await context.read.run(
      `${requirePrograms("getcap", "setcap")}LC_ALL=C getcap -v ${shellQuote(path)}\n`,
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    const wanted = parseCapability(text);
    if (wanted === undefined && args.state === "present") {
      return failing("Couldn't find operator (one of: ('=', '-', '+'))");
    }
    const current = outcome.status === 0 && outcome.stderr === "" ? parseGetcap(outcome.stdout, path) : undefined;
    if (current === undefined) {
      const { stdout, stderr } = outcome;
      return failing(`Unable to get capabilities of ${path}`, { stdout: stdout.trim(), stderr });
    }
    const name = wanted?.name ?? text;
    const has = current.filter((one) => one.name === name);
    const isSo =
      args.state === "absent"
        ? has.length === 0
        : has.some((one) => one.operator === wanted?.operator && one.flags === wanted.flags);
    if (isSo) return { changes: [], result: { changed: false, state: args.state } };
    const result = { changed: true, state: args.state, msg: "capabilities changed" };
    if (context.checkMode) return { changes: [], result: { changed: true, msg: result.msg } };
    const others = current.filter((one) => one.name !== name);
    const all = args.state === "present" && wanted !== undefined ? [...others, wanted] : others;
    const words = all.map((one) => `${one.name}${one.operator}${one.flags}`).join(" ");
    const script = `${requirePrograms()}setcap ${shellQuote(words)} ${shellQuote(path)}\n`;
    return {
      changes: [runChange(context, `Set the capabilities of ${path}`, script)],
      result,
      conclude(outcomes) {
        const last = outcomes[0];
        if (last === undefined || last.status === 0) return { ...result, stdout: last?.stdout ?? "" };
        const { stdout, stderr } = last;
        return { changed: false, failed: true, msg: `Unable to set capabilities of ${path}`, stdout, stderr };
      },
    };
  },
};
