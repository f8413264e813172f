import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import { Settings } from "#inventory/settings/settings.ts";
import { outputSettings } from "../configuration/output-settings.ts";
import type { Display } from "../report/display.ts";
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

function errorText({ message, code, hint, state }: ApplianceError): string {
  return `${message}\n${code}: ${hint}${state === undefined ? "" : ` ${state}`}`;
}
