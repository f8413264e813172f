import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";

/** A line of shell is run as it is, with nothing asked of the host but a shell. */
export const rawCommandRun: Operation = {
  name: "raw-command-run",
  title: "Run a line of shell as it is",
  modules: ["ansible.builtin.raw"],
  arguments: {
    _raw_params: { type: "str", description: "The line." },
    executable: { type: "str", description: "Shell to run it by; the connection's own unless given." },
  },
  freeForm: "_raw_params",
  checkMode: "full",
  isIdempotent: false,
  async plan(args, context) {
    if (context.checkMode) return { changes: [], result: { skipped: true } };
    const line = String(args._raw_params ?? "");
    const shell = typeof args.executable === "string" && args.executable !== "" ? args.executable : "/bin/sh";
    // A shell in between, so that what the line does to its own shell (exit, exec, traps) ends with it.
    const script = `exec ${shellQuote(shell)} -c ${shellQuote(line)}\n`;
    const warnings =
      Object.keys(context.environment).length === 0
        ? {}
        : { warnings: ["raw module does not support the environment keyword"] };
    return {
      changes: [{ kind: "run", title: line, command: { script } }],
      result: { changed: true },
      conclude(outcomes) {
        const { status, stdout, stderr } = outcomes[0] ?? { status: 0, stdout: "", stderr: "" };
        const result = { changed: true, rc: status, stdout, stderr, ...warnings };
        return status === 0 ? result : { ...result, failed: true, msg: "non-zero return code" };
      },
    };
  },
};
