import { pythonPattern } from "../python-pattern.ts";
import { asBytes, type Edit, linesOf, type TextFile } from "../text-file.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** The file with, or without, the block between its markers. */
export function editBlock(file: TextFile, args: Arguments): Edit {
  const present = args.state === "present";
  const text = (name: string) => (typeof args[name] === "string" ? asBytes(args[name]) : undefined);
  const marker = text("marker") ?? "";
  const begin = `${marker.replaceAll("{mark}", () => text("marker_begin") ?? "")}\n`;
  const end = `${marker.replaceAll("{mark}", () => text("marker_end") ?? "")}\n`;
  const body = text("block") ?? "";
  const block = present && body !== "" ? [begin, ...linesOf(body.endsWith("\n") ? body : `${body}\n`), end] : [];
  const lines = linesOf(file.text);
  const first = lines.lastIndexOf(begin);
  const last = lines.lastIndexOf(end);
  let place: number;
  if (first === -1 || last === -1) place = insertionPlace(lines, file.text, text("insertafter"), text("insertbefore"));
  else {
    place = Math.min(first, last);
    lines.splice(place, Math.abs(last - first) + 1);
  }
  const previous = lines[place - 1];
  if (previous !== undefined && !previous.endsWith("\n")) lines[place - 1] = `${previous}\n`;
  if (args.prepend_newline === true && present && place > 0 && lines[place - 1] !== "\n") {
    lines.splice(place, 0, "\n");
    place += 1;
  }
  lines.splice(place, 0, ...block);
  const after = place + block.length;
  if (args.append_newline === true && present && after < lines.length && lines[after] !== "\n")
    lines.splice(after, 0, "\n");
  const result = lines.join("");
  if (file.exists && result === file.text) return { text: result, changed: false, msg: "" };
  const msg = !file.exists ? "File created" : block.length === 0 ? "Block removed" : "Block inserted";
  return { text: result, changed: true, msg };
}

function insertionPlace(
  lines: readonly string[],
  text: string,
  after: string | undefined,
  before: string | undefined,
): number {
  const anchor = after ?? before ?? "EOF";
  if (after === undefined && before === "BOF") return 0;
  if (anchor === "EOF") return lines.length;
  const flags = /^\(\?[a-z]*m[a-z]*\)/i.test(anchor);
  const pattern = pythonPattern(anchor);
  if (flags) {
    const match = pattern.exec(text);
    if (match === null) return lines.length;
    const upTo = after === undefined ? match.index : match.index + match[0].length;
    const count = text.slice(0, upTo).split("\n").length - 1;
    return after === undefined ? count : count + 1;
  }
  const found = lines.findLastIndex((line) => pattern.test(line));
  if (found === -1) return lines.length;
  return after === undefined ? found : found + 1;
}
