import { styleText } from "node:util";
import type { ReportOptions } from "./site-report.ts";

/** How reports look on `stream`: in colour on a terminal that wants it, 80 characters wide unless the terminal says. */
export function terminalOptions(stream: NodeJS.WriteStream, now: number): ReportOptions {
  const width = stream.isTTY ? Math.max(40, stream.columns || 80) : 80;
  return { width, now, paint: (style, text) => styleText(style, text, { stream }) };
}

/**
 * `text` for a terminal: lines, tabs and colours stay, everything else that a terminal would obey is gone. What is said comes
 * from servers too.
 */
export function visible(text: string): string {
  return text.replaceAll(
    /(\u001b\[[0-9;]*m)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (_, colour: string | undefined) => colour ?? "",
  );
}
