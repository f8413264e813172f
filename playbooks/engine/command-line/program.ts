import { existsSync } from "node:fs";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import { Settings } from "#inventory/settings/settings.ts";
import { outputSettings } from "../configuration/output-settings.ts";
import type { Origin } from "../events.ts";
import type { Display } from "../report/display.ts";
import { excerpt } from "../report/excerpt.ts";
import type { Call } from "./call.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { type Option, readWords, type Words } from "./options.ts";
import { openDisplay } from "./output.ts";
import { helpText, versionText } from "./version.ts";

/** One of Ansible's programs: what it takes, and what it does with it. */
export interface Program {
  readonly options: readonly Option[];
  /** Behind the program's name in its usage line. */
  readonly usage: string;
  readonly purpose: string;
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  readonly call: Call;
  readonly words: Words;
  readonly settings: Settings;
  readonly display: Display;
}

/** Runs a program; what it throws is told on the error output, in the original's form, and becomes the exit code. Throws nothing. */
export async function runProgram(program: Program, call: Call): Promise<number> {
  let display: Display | undefined;
  try {
    const settings = await Settings.open(call.around);
    const words = readWords(call.program, program.options, call.words);
    if (words.flags.has("version")) {
      call.terminal.out(versionText(call.program, settings));
      return 0;
    }
    if (words.flags.has("help")) {
      call.terminal.out(helpText(`${call.program} ${program.usage}`, program.purpose, program.options));
      return 0;
    }
    const verbosity = Math.max(words.counts.get("verbosity") ?? 0, settings.get(outputSettings.verbosity));
    display = openDisplay(call, settings, verbosity);
    for (const warning of settings.warnings) display.warning(warning);
    display.verbose(2, versionText(call.program, settings).trimEnd());
    const file = settings.file?.path;
    display.verbose(1, file === undefined ? "No config file found; using defaults" : `Using ${file} as config file`);
    return await program.run({ call, words, settings, display });
  } catch (error) {
    tell(error, call, display);
    return exitCodeOf(error);
  }
}

function tell(error: unknown, call: Call, display: Display | undefined): void {
  if (!(error instanceof ApplianceError)) {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    call.terminal.error(`[ERROR]: Unexpected Exception, this is probably a bug: ${messageOf(error)}\n${stack}\n`);
  } else if (error.code === "PLAYBOOKS_COMMAND_LINE_INVALID" || display === undefined)
    call.terminal.error(`${error.message}\n${error.hint}\n`);
  else display.error(errorText(error));
}

function errorText(error: ApplianceError): string {
  const { message, code, hint, state } = error;
  const places = originsOf(error).slice(0, MOST_PLACES).map(excerpt);
  return [message, ...places, `${code}: ${hint}${state === undefined ? "" : ` ${state}`}`].join("\n");
}

/** So many places are shown with their lines; all are named in the message. */
const MOST_PLACES = 5;

/** Where in files an error stands, as far as it says. */
function originsOf({ context }: ApplianceError): Origin[] {
  const { problems, source, line, column } = context;
  const told: readonly unknown[] = Array.isArray(problems) ? problems : [{ path: source, line, column }];
  return told.flatMap((place): Origin[] => {
    if (typeof place !== "object" || place === null) return [];
    const at: { readonly path?: unknown; readonly line?: unknown; readonly column?: unknown } = place;
    if (typeof at.path !== "string" || typeof at.line !== "number" || !existsSync(at.path)) return [];
    return [{ path: at.path, line: at.line, ...(typeof at.column === "number" ? { column: at.column } : {}) }];
  });
}
