import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { guarded } from "../path-state.ts";
import { failing } from "../plan.ts";

/** Gives the content of a file, in base64; changes nothing. */
export const fileSlurped: Operation = {
  name: "file-slurped",
  title: "Read a file",
  modules: ["ansible.builtin.slurp"],
  arguments: { src: { type: "path", required: true, aliases: ["path"], description: "The file to read." } },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, fileSlurped.arguments, context.read);
    const source = String(args.src);
    const word = shellQuote(guarded(source));
    const outcome = await context.read.run(
      `if [ -d ${word} ]; then exit 21; fi\nif [ ! -e ${word} ]; then exit 2; fi\nif [ ! -r ${word} ]; then exit 13; fi\nbase64 -w0 <${word}`,
      { mayBeCut: true },
    );
    const failure = {
      2: `File not found: ${source}`,
      13: `File is not readable: ${source}`,
      21: `Source is a directory and must be a file: ${source}`,
    }[outcome.status];
    if (failure !== undefined) return failing(failure);
    if (outcome.truncated) return failing(`Unable to slurp file: ${source} is larger than what one command may print`);
    if (outcome.status !== 0) return failing(outcome.stderr.trim() || `Unable to slurp file: ${source}`);
    return { changes: [], result: { changed: false, content: outcome.stdout.trim(), source, encoding: "base64" } };
  },
};
