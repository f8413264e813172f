import { styleText } from "node:util";
import type { ReportOptions } from "./site-report.ts";

/** How reports look on `stream`: in colour on a terminal that wants it, 80 characters wide unless the terminal says. */
export function terminalOptions(stream: NodeJS.WriteStream, now: number): ReportOptions {
  const width = stream.isTTY ? Math.max(40, stream.columns || 80) : 80;
  return { width, now, paint: (style, text) => styleText(style, text, { stream }) };
}
