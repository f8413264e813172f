import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { colorSettings, outputSettings } from "../configuration/output-settings.ts";
import type { EngineEvent } from "../events.ts";
import type { Palette } from "../report/colors.ts";
import { DefaultReport } from "../report/default-report.ts";
import { Display } from "../report/display.ts";
import { EventReport, JournalReport } from "../report/event-lines.ts";
import { MinimalReport } from "../report/minimal-report.ts";
import { OnelineReport } from "../report/oneline-report.ts";
import type { Report, ReportOptions } from "../report/report.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import type { Invocation } from "./program.ts";

const USUAL_COLUMNS = 79;

/** Where a call's lines go: its terminal, with colours where they are wanted. */
export function openDisplay(call: Call, settings: Settings, verbosity: number): Display {
  const { terminal } = call;
  return new Display({
    columns: Math.max(USUAL_COLUMNS, (terminal.columns ?? 0) - 1),
    palette: palette(call, settings),
    verbosity,
    isVerboseToStderr: settings.get(outputSettings.verboseToStderr),
    showsDeprecations: settings.get(outputSettings.showsDeprecations),
    out: (text) => terminal.out(text),
    error: (text) => terminal.error(text),
  });
}

function palette({ terminal, around }: Call, settings: Settings): Palette | undefined {
  const isForced = settings.get(outputSettings.forceColor);
  const isPlain =
    settings.get(outputSettings.noColor) || terminal.columns === undefined || around.environment["TERM"] === "dumb";
  if (isPlain && !isForced) return undefined;
  return Object.fromEntries(
    Object.entries(colorSettings).map(([tone, setting]) => [tone, settings.get(setting)]),
  ) as unknown as Palette;
}

/** Where the events of a run go. */
export interface Outlet {
  event(event: EngineEvent): void;
  close(): void;
}

/** A report of that name or, where it is asked for, events as JSON; with a journal beside it, where there is to be one. */
export function openOutlet(callback: string, { call, words, settings, display }: Invocation): Outlet {
  const report = words.flags.has("json")
    ? new EventReport((text) => call.terminal.out(text))
    : openReport(callback, display, settings, words.flags.has("check"));
  const file = words.texts.get("journal");
  const journal = file === undefined ? undefined : new JournalReport(expandPath(file, settings.around));
  return {
    event: (event) => {
      journal?.event(event);
      report.event(event);
    },
    close: () => journal?.close(),
  };
}

/** The report of that name. Throws `PLAYBOOKS_CALLBACK_UNKNOWN`. */
function openReport(name: string, display: Display, settings: Settings, check: boolean): Report {
  const options: ReportOptions = {
    showsSkipped: settings.get(outputSettings.showsSkipped),
    showsOk: settings.get(outputSettings.showsOk),
    failuresToStderr: settings.get(outputSettings.failuresToStderr),
    showsCustomStats: settings.get(outputSettings.showsCustomStats),
    showsHostStart: settings.get(outputSettings.showsHostStart),
    marksCheckMode: settings.get(outputSettings.marksCheckMode),
    showsPathOnFailure: settings.get(outputSettings.showsPathOnFailure),
    check,
    diffContext: settings.get(outputSettings.diffContext),
    format: settings.get(outputSettings.resultFormat),
    isPretty: settings.get(outputSettings.prettyResults),
  };
  switch (name.replace("ansible.builtin.", "")) {
    case "default":
      return new DefaultReport(display, options);
    case "minimal":
      return new MinimalReport(display, options);
    case "oneline":
      return new OnelineReport(display, options);
    default:
      throw commandLineErrors.callback(name);
  }
}
