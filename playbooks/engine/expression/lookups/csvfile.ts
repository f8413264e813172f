import { ExpressionError } from "../errors.ts";
import { textArgument } from "../methods.ts";
import { pythonString } from "../values.ts";
import { keyValues } from "./key-values.ts";
import { findLocal, readText } from "./local-files.ts";
import type { Lookup } from "./lookup.ts";

const OPTIONS = ["file", "delimiter", "encoding", "default", "col", "keycol"];

/** `csvfile`: the cell of the row whose first cell (or that of `keycol`) is the key. */
export const csvfile: Lookup = (terms, given, context) => {
  if (terms.length === 0) throw new ExpressionError("Search key is required but was not found");
  const options = new Map(given);
  return terms.flatMap((term) => {
    const { rest: key, options: inline } = keyValues(textArgument(term));
    if (key === "") throw new ExpressionError("Search key is required but was not found");
    for (const [name, value] of inline) options.set(name, value);
    for (const name of options.keys())
      if (!OPTIONS.includes(name)) throw new ExpressionError(`'${name}' is not a valid option`);
    const file = pythonString(options.get("file") ?? "ansible.csv");
    const path = findLocal(file, "files", context);
    if (path === undefined) throw new ExpressionError(`the file '${file}' was not found`);
    const [column, keyColumn] = [cell(options.get("col") ?? 1, "col"), cell(options.get("keycol") ?? 0, "keycol")];
    const mark = pythonString(options.get("delimiter") ?? "TAB");
    const rows = readCsv(readText(path, file, context), mark === "TAB" ? "\t" : mark);
    for (const row of rows) {
      if (row.length === 0) continue;
      if (keyColumn >= row.length) throw new ExpressionError("list index out of range");
      if (row[keyColumn] !== key) continue;
      if (column >= row.length) throw new ExpressionError("list index out of range");
      return [row[column]];
    }
    const otherwise = options.get("default") ?? null;
    return otherwise === null ? [] : Array.isArray(otherwise) ? (otherwise as unknown[]) : [otherwise];
  });
};

function cell(value: unknown, name: string): number {
  const text = pythonString(value);
  if (!/^\d+$/.test(text)) throw new ExpressionError(`Config '${name}' has an invalid value: '${text}'`);
  return Number(text);
}

/** Rows of a CSV text in the dialect of Excel. */
function readCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let isQuoted = false;
  const endRow = () => {
    if (row.length > 0 || field !== "") row.push(field);
    rows.push(row);
    row = [];
    field = "";
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (isQuoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at];
      else isQuoted = false;
    } else if (char === '"' && field === "") isQuoted = true;
    else if (char === delimiter) {
      row.push(field);
      field = "";
    } else if (char === "\n") endRow();
    else if (char !== "\r") field += char;
  }
  if (row.length > 0 || field !== "") endRow();
  return rows;
}
