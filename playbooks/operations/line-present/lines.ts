import { expandTemplate, pythonPattern } from "../python-pattern.ts";
import { asBytes, type Edit, linesOf, type TextFile } from "../text-file.ts";

/** What a task of `lineinfile` wants. */
export interface LineWish {
  readonly line: string;
  readonly regexp: string | undefined;
  readonly searchString: string | undefined;
  readonly insertAfter: string | undefined;
  readonly insertBefore: string | undefined;
  readonly backrefs: boolean;
  readonly firstMatch: boolean;
}

/** The file with the line: in the place of a line that matches, else where it shall be inserted. */
export function withLine(file: TextFile, wish: LineWish): Edit {
  const lines = linesOf(file.text);
  const line = asBytes(wish.line);
  const found = findMatch(lines, wish);
  const place = found.index === -1 ? findPlace(lines, line, wish) : { same: -1, insert: -1 };
  const index = found.index === -1 ? place.same : found.index;
  if (index !== -1) return replaceAt(lines, index, line, found.match, wish, file);
  if (wish.backrefs) return edit(file, lines, "");
  if (wish.insertBefore === "BOF" || wish.insertAfter === "BOF") lines.unshift(`${line}\n`);
  else if (wish.insertAfter === "EOF" || place.insert === -1) {
    const last = lines.at(-1);
    if (last !== undefined && !/[\n\r]$/.test(last)) lines.push("\n");
    lines.push(`${line}\n`);
  } else if (wish.insertAfter !== undefined) {
    const neighbour = lines[place.insert === lines.length ? place.insert - 1 : place.insert];
    if (neighbour !== undefined && withoutEnd(neighbour) === line) return edit(file, lines, "");
    const before = lines[place.insert - 1];
    // A last line without an end would swallow the new one.
    if (before !== undefined && !before.endsWith("\n")) lines[place.insert - 1] = `${before}\n`;
    lines.splice(place.insert, 0, `${line}\n`);
  } else lines.splice(place.insert, 0, `${line}\n`);
  return edit(file, lines, "line added");
}

/** The file without the lines that match, or that are the line. */
export function withoutLine(file: TextFile, wish: LineWish): Edit {
  const line = asBytes(wish.line);
  const matches = matcherOf(wish) ?? ((candidate: string) => withoutEnd(candidate) === line);
  const lines = linesOf(file.text);
  const kept = lines.filter((candidate) => !matches(candidate));
  const count = lines.length - kept.length;
  const edited = edit(file, kept, count === 0 ? "" : `${count} line(s) removed`);
  return { ...edited, keys: { found: count } };
}

function edit(file: TextFile, lines: readonly string[], msg: string): Edit {
  const text = lines.join("");
  return { text, changed: msg !== "", msg, ...(file.exists ? {} : { keys: {} }) };
}

function matcherOf(wish: LineWish): ((line: string) => RegExpExecArray | boolean | null) | undefined {
  if (wish.regexp !== undefined) {
    const pattern = pythonPattern(asBytes(wish.regexp));
    return (line) => pattern.exec(line);
  }
  if (wish.searchString === undefined) return undefined;
  const text = asBytes(wish.searchString);
  return (line) => line.includes(text);
}

function findMatch(lines: readonly string[], wish: LineWish): { index: number; match: RegExpExecArray | undefined } {
  const matches = matcherOf(wish);
  let result: { index: number; match: RegExpExecArray | undefined } = { index: -1, match: undefined };
  if (matches === undefined) return result;
  for (const [index, line] of lines.entries()) {
    const match = matches(line);
    if (match === false || match === null) continue;
    result = { index, match: match === true ? undefined : match };
    if (wish.firstMatch) break;
  }
  return result;
}

/** Where the line itself is, and where it would be inserted; -1 for nowhere. */
function findPlace(lines: readonly string[], line: string, wish: LineWish): { same: number; insert: number } {
  const anchor = wish.insertAfter ?? wish.insertBefore;
  const pattern =
    anchor === undefined || anchor === "EOF" || anchor === "BOF" ? undefined : pythonPattern(asBytes(anchor));
  let same = -1;
  let insert = -1;
  for (const [index, candidate] of lines.entries()) {
    if (withoutEnd(candidate) === line) same = index;
    else if (pattern?.test(candidate) === true) {
      insert = wish.insertAfter !== undefined ? index + 1 : index;
      if (wish.firstMatch) break;
    }
  }
  return { same, insert };
}

function replaceAt(
  lines: string[],
  index: number,
  line: string,
  match: RegExpExecArray | undefined,
  wish: LineWish,
  file: TextFile,
): Edit {
  const text = wish.backrefs && match !== undefined ? expandTemplate(line, match) : line;
  const wanted = text.endsWith("\n") ? text : `${text}\n`;
  if (lines[index] === wanted) return edit(file, lines, "");
  lines[index] = wanted;
  return edit(file, lines, "line replaced");
}

function withoutEnd(line: string): string {
  return line.replace(/[\r\n]+$/, "");
}
