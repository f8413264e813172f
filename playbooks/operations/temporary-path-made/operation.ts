import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { guarded } from "../path-state.ts";
import { commandFailed, failing, runChange } from "../plan.ts";

/** A new empty file or folder with a name of its own; never idempotent. */
export const temporaryPathMade: Operation = {
  name: "temporary-path-made",
  title: "Make a temporary file or folder",
  modules: ["ansible.builtin.tempfile"],
  arguments: {
    state: { type: "str", default: "file", choices: ["file", "directory"], description: "What to make." },
    path: { type: "path", description: "Folder to make it in; the host's folder for temporary files unless given." },
    prefix: { type: "str", default: "ansible.", description: "How its name begins." },
    suffix: { type: "str", default: "", description: "How its name ends." },
  },
  checkMode: "none",
  async plan(raw, context) {
    const args = await expandPaths(raw, temporaryPathMade.arguments, context.read);
    for (const part of ["prefix", "suffix"] as const) {
      if (String(args[part]).includes("/")) {
        return failing(`${part} must be a valid file name component, got '${String(args[part])}'`);
      }
    }
    const folder = typeof args.path === "string" ? shellQuote(guarded(args.path)) : '"${TMPDIR:-/tmp}"';
    const template = shellQuote(`${String(args.prefix)}XXXXXXXX`);
    const options = `${args.state === "directory" ? "-d " : ""}--suffix=${shellQuote(String(args.suffix))}`;
    const script = `cd ${folder}\nprintf %s "$PWD/$(mktemp ${options} -- ${template})" | base64 -w0\n`;
    return {
      changes: [runChange(context, `Make a temporary ${String(args.state)}`, script)],
      result: { changed: true, path: null },
      conclude(outcomes) {
        const outcome = outcomes[0];
        if (outcome === undefined) return { changed: false };
        if (outcome.status !== 0) return commandFailed({}, outcome);
        return { changed: true, path: Buffer.from(outcome.stdout, "base64").toString("utf8") };
      },
    };
  },
};
