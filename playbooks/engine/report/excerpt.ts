import { readFileSync } from "node:fs";
import { messageOf, systemCodeOf } from "#inventory/kernel/errors.ts";
import { VAULT_MARK } from "#inventory/vault/vault-mark.ts";
import type { Origin } from "../events.ts";

const LINES_BEFORE = 2;
const MAX_WIDTH = 120;
const CUT = "...";

/** `Origin: file:line:column` and the lines around it, as ansible-core 2.19 points at the place of an error. */
export function excerpt(origin: Origin): string {
  const { path, line, column } = origin;
  const place = [path, ...(line === undefined ? [] : [line]), ...(column === undefined ? [] : [column])].join(":");
  const lines = line === undefined || line < 1 ? [] : sourceLines(path, line, column);
  return lines.length === 0 ? `Origin: ${place}` : [`Origin: ${place}`, "", ...lines].join("\n");
}

function sourceLines(path: string, line: number, column: number | undefined): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return [`(source not shown: ${systemCodeOf(error) === "ENOENT" ? "FileNotFoundError" : messageOf(error)})`];
  }
  if (text.startsWith(VAULT_MARK)) return ["(source not shown: content encrypted)"];
  const all = text.replace(/\r\n?/g, "\n").split("\n");
  if (all.at(-1) === "") all.pop();
  if (all.length < line) return ["(source not shown: file truncated)"];
  const first = Math.max(1, line - LINES_BEFORE);
  const labelWidth = String(line).length;
  const room = MAX_WIDTH - labelWidth - 1;
  let usable = room;
  const shown = all.slice(first - 1, line).map((written, index) => {
    let body = written.replaceAll("\t", " ");
    if (body.length > room) {
      usable = room - CUT.length;
      body = body.slice(0, usable) + CUT;
    }
    return `${String(first + index).padStart(labelWidth)}${body === "" ? "" : " "}${body}`;
  });
  const margin = `${" ".repeat(labelWidth)} `;
  if (column === undefined) {
    const length = (shown.at(-1)?.length ?? 0) - labelWidth - 1;
    return [...shown, margin + "^".repeat(Math.max(0, length))];
  }
  if (column < 1 || column > usable) return shown;
  const mark = `column ${column}`;
  const isLate = column + 1 + mark.length > room;
  const pointer = isLate
    ? `${" ".repeat(Math.max(0, column - 2 - mark.length))}${mark} ^`
    : `${" ".repeat(column - 1)}^ ${mark}`;
  return [...shown, margin + pointer];
}
