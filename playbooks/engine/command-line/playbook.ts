import { stat } from "node:fs/promises";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import { Settings } from "#inventory/settings/settings.ts";
import { outputSettings } from "../configuration/output-settings.ts";
import { runPlaybook } from "../engine.ts";
import type { EngineEvent } from "../events.ts";
import type { Display } from "../report/display.ts";
import { EventReport, JournalReport } from "../report/event-lines.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { OWN_OPTIONS, PLAYBOOK_OPTIONS } from "./option-table.ts";
import { readWords, type Words } from "./options.ts";
import { openDisplay, openReport } from "./output.ts";
import { runBasis } from "./session.ts";
import { helpText, versionText } from "./version.ts";

const OPTIONS = [...PLAYBOOK_OPTIONS, ...OWN_OPTIONS];

/** Runs playbooks as ansible-playbook does: its options, settings, output and exit codes. Gives the exit code; throws nothing. */
export async function playbookProgram(call: Call): Promise<number> {
  return guarded(call, async (settings) => {
    const words = readWords(call.program, OPTIONS, call.words);
    if (words.flags.has("version")) {
      call.terminal.out(versionText(call.program, settings));
      return 0;
    }
    const usage = `${call.program} [options] playbook.yml [playbook2 ...]`;
    if (words.flags.has("help")) {
      call.terminal.out(helpText(usage, "Runs playbooks of Ansible's language on the hosts of an inventory.", OPTIONS));
      return 0;
    }
    if (words.rest.length === 0)
      throw commandLineErrors.invalid(call.program, "the following arguments are required: playbook");
    if (Number(words.texts.get("forks") ?? 1) < 1)
      throw commandLineErrors.invalid(call.program, "The number of processes (--forks) must be >= 1");
    return run(call, words, settings);
  });
}

/** Runs a program; what it throws is told on the error output, in the original's form, and becomes the exit code. */
export async function guarded(call: Call, program: (settings: Settings) => Promise<number>): Promise<number> {
  let display: Display | undefined;
  try {
    const settings = await Settings.open(call.around);
    display = openDisplay(call, settings, 0);
    for (const warning of settings.warnings) display.warning(warning);
    return await program(settings);
  } catch (error) {
    const text =
      error instanceof ApplianceError
        ? errorText(error)
        : `Unexpected Exception, this is probably a bug: ${messageOf(error)}`;
    if (error instanceof ApplianceError && error.code === "PLAYBOOKS_COMMAND_LINE_INVALID")
      call.terminal.error(`${error.message}\n${error.hint}\n`);
    else if (display === undefined) call.terminal.error(`[ERROR]: ${text}\n`);
    else display.error(text);
    if (!(error instanceof ApplianceError) && error instanceof Error) call.terminal.error(`${error.stack ?? ""}\n`);
    return exitCodeOf(error);
  }
}

function errorText(error: ApplianceError): string {
  return `${error.message}\n${error.code}: ${error.hint}${error.state === undefined ? "" : ` ${error.state}`}`;
}

async function run(call: Call, words: Words, settings: Settings): Promise<number> {
  const verbosity = Math.max(words.counts.get("verbosity") ?? 0, settings.get(outputSettings.verbosity));
  const display = openDisplay(call, settings, verbosity);
  const playbooks: string[] = [];
  for (const written of words.rest) playbooks.push(await playbookFile(written, settings));
  display.verbose(2, versionText(call.program, settings).trimEnd());
  display.verbose(
    1,
    settings.file === undefined ? "No config file found; using defaults" : `Using ${settings.file.path} as config file`,
  );
  const basis = await runBasis(call, words, settings, display);
  const report = words.flags.has("json")
    ? new EventReport((text) => call.terminal.out(text))
    : openReport(settings.get(outputSettings.stdoutCallback), display, settings, basis.check);
  const journalFile = words.texts.get("journal");
  const journal = journalFile === undefined ? undefined : new JournalReport(expandPath(journalFile, settings.around));
  const onEvent = (event: EngineEvent) => {
    journal?.event(event);
    report.event(event);
  };
  try {
    for (const playbook of playbooks) {
      const { exitCode } = await runPlaybook({ ...basis, playbook, onEvent });
      if (exitCode !== 0) return exitCode;
    }
    return 0;
  } finally {
    journal?.close();
  }
}

async function playbookFile(written: string, settings: Settings): Promise<string> {
  const path = expandPath(written, settings.around);
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) throw commandLineErrors.noPlaybook(written);
  if (!entry.isFile() && !entry.isFIFO()) throw commandLineErrors.noFile(written);
  return path;
}
