import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { commandFailed, failing, runChange } from "../plan.ts";
import { pythonText } from "../python-text.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";

/** Targets of a Makefile are up to date. */
export const targetMade: Operation = {
  name: "target-made",
  title: "Run make",
  modules: ["community.general.make"],
  arguments: {
    chdir: { type: "path", required: true, description: "Folder of the Makefile." },
    target: { type: "str", description: "The target." },
    targets: { type: "list", elements: "str", description: "Several targets." },
    params: { type: "dict", description: "Variables for make; one without a value is a word of its own." },
    file: { type: "path", description: "Another Makefile." },
    make: { type: "path", description: "Another make." },
    jobs: { type: "int", description: "How many jobs at once." },
  },
  rules: { mutuallyExclusive: [["target", "targets"]] },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, targetMade.arguments, context.read);
    const make = typeof args.make === "string" ? args.make : undefined;
    const folder = shellQuote(String(args.chdir));
    const words = [
      ...(args.jobs === null ? [] : ["-j", String(args.jobs)]),
      ...(args.file === null ? [] : ["-f", String(args.file)]),
      ...(args.target === null ? (Array.isArray(args.targets) ? args.targets.map(String) : []) : [String(args.target)]),
      ...Object.entries((args.params as Readonly<Record<string, unknown>> | null) ?? {}).map(([name, value]) =>
        value === null ? name : `${name}=${pythonText(value)}`,
      ),
    ];
    const outcome = await context.read.run(
      `${make === undefined ? requirePrograms("make") : requirePrograms()}${make === undefined ? "make=$(command -v gmake || command -v make)" : `make=${shellQuote(make)}`}
cd ${folder} 2>&1 || { echo "bdap-folder"; exit 0; }
echo "bdap-make $make"
"$make" ${shellJoin(words)} -q
`,
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    if (/^bdap-folder$/m.test(outcome.stdout)) {
      const path = String(args.chdir);
      return failing(`Unable to change directory before execution: [Errno 2] No such file or directory: b'${path}'`, {
        rc: 257,
      });
    }
    const program = /^bdap-make (.*)$/m.exec(outcome.stdout)?.[1] ?? "make";
    const { target, targets, params, chdir, file, jobs } = args;
    const command = shellJoin([program, ...words]);
    const told = { target, targets, params, chdir, file, jobs, command };
    const asked = { stdout: outcome.stdout.replace(/^bdap-make .*\n/m, ""), stderr: outcome.stderr };
    const changed = outcome.status !== 0;
    const result = { changed, ...asked, ...told };
    if (!changed) return { changes: [], result };
    return {
      changes: [runChange(context, `Run ${command}`, `cd ${folder}\n${command}\n`)],
      result,
      conclude(outcomes) {
        const last = outcomes[0];
        if (last === undefined) return result;
        if (last.status !== 0) return { ...commandFailed({}, last, last.stderr.trimEnd()), cmd: command };
        return { ...result, stdout: last.stdout, stderr: last.stderr };
      },
    };
  },
};
