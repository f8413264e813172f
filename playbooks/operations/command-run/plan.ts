import { shellQuote } from "#inventory/kernel/shell.ts";
import type { CommandResult } from "../../connectors/connector.ts";
import type { ModuleResult, OperationContext, OperationPlan } from "../operation.ts";
import { expandingWord } from "../path-expansion.ts";
import { guarded } from "../path-state.ts";
import { failing } from "../plan.ts";

/** One task of `command` (words) or `shell` (one line of shell). */
export interface CommandRequest {
  readonly args: Readonly<Record<string, unknown>>;
  readonly command: string | readonly string[];
  readonly context: OperationContext;
}

/** What the script prints, alone, when the program could not be started; then it ends with {@link NOT_STARTED}. */
const NOT_FOUND = "bdap: the program does not exist";
const NOT_EXECUTABLE = "bdap: the program may not be executed";
const NO_FOLDER = "bdap: the folder does not exist";
const NOT_STARTED = 127;

/** Plans a command: whether it is needed, and how its outcome becomes the result. */
export async function planCommand(request: CommandRequest): Promise<OperationPlan> {
  const { args, command, context } = request;
  const base: ModuleResult = {
    changed: false,
    stdout: "",
    stderr: "",
    rc: null,
    cmd: command,
    start: null,
    end: null,
    delta: null,
    msg: "",
  };
  if (context.checkMode && enterFolder(args) !== "") {
    const probe = await context.read.run(enterFolder(args));
    if (probe.status !== 0) return failing("Unable to change directory before execution.", base);
  }
  const skip = await reasonToSkip(request);
  if (skip !== undefined) return { changes: [], result: { ...base, ...skip } };
  const script = typeof command === "string" ? shellScript(command, args) : programScript(command, args);
  const stdin =
    typeof args.stdin === "string" ? args.stdin + (args.stdin_add_newline === false ? "" : "\n") : undefined;
  const conditional = args.creates !== null || args.removes !== null;
  const predicted = { ...base, changed: conditional, rc: 0, msg: "Command would have run if not in check mode" };
  return {
    changes: [
      {
        kind: "run",
        title: typeof command === "string" ? command : command.join(" "),
        command: { script, environment: context.environment, ...(stdin === undefined ? {} : { stdin }) },
      },
    ],
    result: conditional ? predicted : { ...predicted, skipped: true },
    conclude(outcomes) {
      const outcome = outcomes[0];
      return outcome === undefined ? base : conclude(base, outcome, request);
    },
  };
}

function conclude(base: ModuleResult, outcome: CommandResult, { args, command }: CommandRequest): ModuleResult {
  const words = outcome.stderr.trim();
  if (outcome.status === NOT_STARTED && outcome.stdout === "") {
    const program = typeof command === "string" ? "" : (command[0] ?? "");
    if (words === NO_FOLDER) return { ...base, failed: true, msg: "Unable to change directory before execution." };
    const errno = { [NOT_FOUND]: 2, [NOT_EXECUTABLE]: 13 }[words];
    if (errno !== undefined) {
      const reason = errno === 2 ? "No such file or directory" : "Permission denied";
      const exception = `[Errno ${errno}] ${reason}: b'${program}'`;
      const cmd = typeof command === "string" ? command : command.join(" ");
      return {
        changed: false,
        failed: true,
        rc: errno,
        stdout: "",
        stderr: "",
        cmd,
        msg: `Error executing command.`,
        exception,
      };
    }
  }
  const ended = Date.now();
  const strip = (text: string) => (args.strip_empty_ends === false ? text : text.replace(/[\r\n]+$/, ""));
  const result = {
    ...base,
    changed: true,
    stdout: strip(outcome.stdout),
    stderr: strip(outcome.stderr),
    rc: outcome.status,
    start: momentText(ended - outcome.durationMilliseconds),
    end: momentText(ended),
    delta: durationText(outcome.durationMilliseconds),
  };
  return outcome.status === 0 ? result : { ...result, failed: true, msg: "non-zero return code" };
}

async function reasonToSkip({ args, context }: CommandRequest): Promise<ModuleResult | undefined> {
  const creates = typeof args.creates === "string" && args.creates !== "" ? args.creates : undefined;
  const removes = typeof args.removes === "string" && args.removes !== "" ? args.removes : undefined;
  if (creates === undefined && removes === undefined) return undefined;
  const folder = typeof args.chdir === "string" ? `cd ${shellQuote(guarded(args.chdir))} || exit 0\n` : "";
  const probe = (label: string, pattern: string | undefined) =>
    pattern === undefined ? "" : `pattern=${shellQuote(pattern)}\nif there; then echo ${label}; fi\n`;
  // An unquoted variable is only split (not with an empty IFS) and matched against names: nothing in it is run.
  const there =
    'there() { for found in $pattern; do if [ -e "$found" ] || [ -L "$found" ]; then return 0; fi; done; return 1; }\n';
  const outcome = await context.read.run(
    `IFS=\n${there}${folder}${probe("creates", creates)}${probe("removes", removes)}`,
  );
  const found = outcome.stdout.split("\n");
  const verb = context.checkMode ? "Would" : "Did";
  if (creates !== undefined && found.includes("creates")) {
    const msg = `${verb} not run command since '${creates}' exists`;
    return { changed: false, rc: 0, msg, stdout: `skipped, since ${creates} exists` };
  }
  if (removes !== undefined && !found.includes("removes")) {
    const msg = `${verb} not run command since '${removes}' does not exist`;
    return { changed: false, rc: 0, msg, stdout: `skipped, since ${removes} does not exist` };
  }
  return undefined;
}

function enterFolder(args: Readonly<Record<string, unknown>>): string {
  if (typeof args.chdir !== "string" || args.chdir === "") return "";
  // Not by the links' names: what runs there sees the folder as it is.
  return `cd -P ${shellQuote(guarded(args.chdir))} 2>/dev/null || { echo '${NO_FOLDER}' >&2; exit ${NOT_STARTED}; }\n`;
}

function shellScript(command: string, args: Readonly<Record<string, unknown>>): string {
  const shell = typeof args.executable === "string" && args.executable !== "" ? args.executable : "/bin/sh";
  return `${enterFolder(args)}exec ${shellQuote(shell)} -c ${shellQuote(command)}\n`;
}

/** Starts a program without a shell in between: `exec` looks it up in PATH as execvp(3) does, and knows no builtins. */
function programScript(words: readonly string[], args: Readonly<Record<string, unknown>>): string {
  const word = args.expand_argument_vars === false ? shellQuote : expandingWord;
  return [
    enterFolder(args),
    `set -- ${words.map(word).join(" ")}\n`,
    'found=\ncase "$1" in\n*/*) if [ -e "$1" ]; then found=$1; fi ;;\n',
    '*) IFS=:; for place in $PATH; do if [ -x "$place/$1" ] && [ ! -d "$place/$1" ]; then found=$place/$1; break; fi; done; unset IFS ;;\nesac\n',
    `if [ -z "$found" ]; then echo '${NOT_FOUND}' >&2; exit ${NOT_STARTED}; fi\n`,
    `if [ ! -x "$found" ] || [ -d "$found" ]; then echo '${NOT_EXECUTABLE}' >&2; exit ${NOT_STARTED}; fi\n`,
    'exec "$@"\n',
  ].join("");
}

/** As Python writes a `datetime`: `2026-01-31 12:00:00.123000`. */
function momentText(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000`;
}

/** As Python writes a `timedelta`: `0:00:01.234000`. */
function durationText(milliseconds: number): string {
  const total = Math.max(0, Math.round(milliseconds));
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const fraction = String(total % 1000).padStart(3, "0");
  return `${Math.floor(total / 3_600_000)}:${two((total / 60_000) % 60)}:${two((total / 1000) % 60)}.${fraction}000`;
}
