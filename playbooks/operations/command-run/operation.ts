import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing } from "../plan.ts";
import { pythonText } from "../python-text.ts";
import { splitWords } from "../words.ts";
import { planCommand } from "./plan.ts";

/** A program is run, through a shell (`shell`) or directly (`command`), unless a path says it is not needed. */
export const commandRun: Operation = {
  name: "command-run",
  title: "Run a program",
  modules: ["ansible.builtin.command", "ansible.builtin.shell"],
  arguments: {
    _raw_params: { type: "str", description: "The command line, in free form." },
    _uses_shell: { type: "bool", default: false, description: "Run the command line by a shell; `shell` always does." },
    cmd: { type: "str", description: "The command line." },
    argv: { type: "list", elements: "str", description: "The command as words; nothing splits them." },
    chdir: { type: "path", description: "Folder to run it in." },
    executable: { type: "str", description: "Shell to run it by (`shell` only), /bin/sh unless given." },
    expand_argument_vars: { type: "bool", description: "Expand $NAME and ~ in words (`command` only)." },
    creates: { type: "path", description: "Path or pattern: when it exists, the command is not run." },
    removes: { type: "path", description: "Path or pattern: when it does not exist, the command is not run." },
    stdin: { type: "str", description: "Text for the command's standard input." },
    stdin_add_newline: { type: "bool", default: true, description: "End that text with a line end." },
    strip_empty_ends: { type: "bool", default: true, description: "Cut line ends off the end of the output." },
    warn: { type: "bool", description: "Accepted and ignored." },
  },
  rules: {
    mutuallyExclusive: [["_raw_params", "cmd", "argv"]],
    requiredOneOf: [["_raw_params", "cmd", "argv"]],
  },
  freeForm: "_raw_params",
  checkMode: "full",
  isIdempotent: false,
  async plan(raw, context, module) {
    const args = await expandPaths(raw, commandRun.arguments, context.read);
    const shell = module.endsWith(".shell") || args._uses_shell === true;
    const line = typeof args._raw_params === "string" ? args._raw_params : args.cmd;
    if (shell && args.argv !== null) return failing("The shell module does not support the argv option");
    if (shell && args.expand_argument_vars !== null)
      return failing("Unsupported parameters for (shell) module: expand_argument_vars");
    if (shell) return planCommand({ args, command: String(line ?? ""), context });
    let words: readonly string[];
    try {
      words = typeof line === "string" && line !== "" ? splitWords(line) : wordsOf(args.argv);
    } catch (error) {
      return failing(error instanceof Error ? error.message : String(error));
    }
    if (words.length === 0) return failing("no command given", { rc: 256 });
    const plan = await planCommand({ args, command: words, context });
    if (typeof args.executable !== "string" || args.executable === "") return plan;
    const warnings = [
      `As of Ansible 2.4, the parameter 'executable' is no longer supported with the 'command' module. Not using '${args.executable}'.`,
    ];
    const { conclude } = plan;
    return {
      ...plan,
      result: { ...plan.result, warnings },
      ...(conclude === undefined ? {} : { conclude: (outcomes) => ({ ...conclude(outcomes), warnings }) }),
    };
  },
};

function wordsOf(argv: unknown): string[] {
  return Array.isArray(argv) ? argv.map(pythonText) : [];
}
