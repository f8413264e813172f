import type { EngineEvent } from "../events.ts";
import { DefaultReport } from "./default-report.ts";
import { Display } from "./display.ts";
import { MinimalReport } from "./minimal-report.ts";
import { OnelineReport } from "./oneline-report.ts";
import type { ReportOptions } from "./report.ts";

const REPORTS = { default: DefaultReport, minimal: MinimalReport, oneline: OnelineReport };

const USUAL: ReportOptions = {
  showsSkipped: true,
  showsOk: true,
  failuresToStderr: false,
  showsCustomStats: false,
  showsHostStart: false,
  marksCheckMode: false,
  showsPathOnFailure: false,
  check: false,
  diffContext: 3,
  format: "json",
  isPretty: undefined,
};

/** All that an output (the default one) says of some events, complaints included. */
export function reportText(
  events: readonly EngineEvent[],
  options: Partial<ReportOptions> = {},
  verbosity = 0,
  name: keyof typeof REPORTS = "default",
): string {
  let text = "";
  const note = (words: string) => {
    text += words;
  };
  const display = new Display({
    columns: 79,
    palette: undefined,
    verbosity,
    isVerboseToStderr: false,
    showsDeprecations: true,
    out: note,
    error: note,
  });
  const report = new REPORTS[name](display, { ...USUAL, ...options });
  for (const event of events) report.event(event);
  return text;
}
