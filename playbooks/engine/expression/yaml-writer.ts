import { loadYamlWithPositions } from "#inventory/kernel/yaml.ts";
import { escapedCharacter } from "../yaml/escapes.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { compare, dictEntries, floatText, isDict, isInteger, numeric, typeName } from "./values.ts";

export interface YamlOptions {
  readonly indent: number;
  readonly sortKeys: boolean;
  readonly width: number;
  /** Which collections are written in brackets: those without collections in them, all, or none. */
  readonly flow: "leaves" | "always" | "never";
}

/** YAML as PyYAML's dumper writes it: its quoting, its indentation of lists, its folding of long texts. */
export function writeYaml(value: unknown, options: YamlOptions): string {
  const text = new YamlWriter(options).document(value);
  return text.endsWith("\n") ? text : `${text}\n`;
}

class YamlWriter {
  readonly #options: YamlOptions;
  readonly #step: number;

  constructor(options: YamlOptions) {
    this.#options = options;
    this.#step = options.indent > 1 && options.indent < 10 ? options.indent : 2;
  }

  document(value: unknown): string {
    if (!isCollection(value)) {
      return `${this.#scalar(value, this.#step, 0)}\n`;
    }
    return this.#isFlow(value) ? `${this.#flow(value, 0, 0)}\n` : this.#block(value, 0).replace(/^\n/, "");
  }

  #isFlow(value: unknown): boolean {
    if (isEmpty(value) || this.#options.flow === "always") return true;
    if (this.#options.flow === "never") return false;
    const members = Array.isArray(value) ? value : isDict(value) ? dictEntries(value).map(([, member]) => member) : [];
    return members.every((member) => !isCollection(member));
  }

  #entries(value: unknown): [unknown, unknown][] {
    const entries = isDict(value) ? dictEntries(value) : [];
    if (!this.#options.sortKeys) return entries;
    try {
      return entries.sort(([a], [b]) => compare(a, b));
    } catch {
      return entries;
    }
  }

  #block(value: unknown, depth: number): string {
    const space = " ".repeat(depth);
    if (Array.isArray(value)) {
      return value
        .map((item: unknown) => {
          if (!isCollection(item)) return `\n${space}-${" "}${this.#scalar(item, depth + this.#step, depth + 2)}`;
          if (this.#isFlow(item)) return `\n${space}- ${this.#flow(item, depth, depth + 2)}`;
          const inner = this.#block(item, depth + this.#step).replace(/^\n\s*/, "");
          return `\n${space}-${" ".repeat(this.#step - 1)}${inner}`;
        })
        .join("");
    }
    return this.#entries(value)
      .map(([key, item]) => {
        const head = `\n${space}${this.#scalar(key, depth, depth)}:`;
        if (!isCollection(item)) {
          const text = this.#scalar(item, depth + this.#step, head.length);
          return text === "" ? head : `${head} ${text}`;
        }
        if (this.#isFlow(item)) return `${head} ${this.#flow(item, depth, head.length)}`;
        return head + this.#block(item, Array.isArray(item) ? depth : depth + this.#step);
      })
      .join("");
  }

  /** A collection in brackets, its lines broken once they are beyond the width. */
  #flow(value: unknown, indent: number, column: number): string {
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    const inner = indent + this.#step;
    let text = open;
    const columnOf = () => (text.includes("\n") ? text.length - text.lastIndexOf("\n") - 1 : column + text.length);
    const write = (parts: readonly unknown[], index: number) => {
      if (index > 0) text += ",";
      if (columnOf() > this.#options.width) text += `\n${" ".repeat(inner)}`;
      else if (index > 0) text += " ";
      parts.forEach((part, at) => {
        if (at > 0) text += ": ";
        text += isCollection(part)
          ? this.#flow(part, inner, columnOf())
          : this.#scalar(part, inner + this.#step, columnOf(), true);
      });
    };
    const rows = Array.isArray(value) ? value.map((item: unknown) => [item]) : this.#entries(value);
    for (const [index, row] of rows.entries()) write(row, index);
    return text + close;
  }

  #scalar(value: unknown, indent: number, column: number, inFlow = false): string {
    if (value instanceof Undefined) throw value.error();
    if (value === null) return "null";
    if (typeof value === "boolean") return value ? "true" : "false";
    const number = numeric(value);
    if (number !== undefined) return isInteger(value) ? String(value) : yamlFloat(number);
    if (typeof value !== "string") throw new ExpressionError(`cannot represent an object of type ${typeName(value)}`);
    return this.#text(value, indent, column, inFlow);
  }

  #text(text: string, indent: number, column: number, inFlow: boolean): string {
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)) return doubleQuoted(text);
    if (isPlain(text, inFlow)) return this.#folded(text, indent, column);
    if (/^\s|\s$/.test(text) && text.includes("\n") && /\s\n|\n /.test(text)) return doubleQuoted(text);
    const body = text.replaceAll("'", "''").replace(/\n+/g, (breaks) => `\n${breaks}${" ".repeat(indent)}`);
    return `'${this.#folded(body, indent, column + 1)}'`;
  }

  /** Breaks a long text at single blanks, as PyYAML does beyond its width. */
  #folded(text: string, indent: number, column: number): string {
    if (column + text.length <= this.#options.width || text.includes("\n")) return text;
    const words = text.split(" ");
    let line = words[0] ?? "";
    let at = column + line.length;
    for (let index = 1; index < words.length; index++) {
      const word = words[index] ?? "";
      const isSingle = word !== "" && words[index - 1] !== "";
      if (at > this.#options.width && isSingle) {
        line += `\n${" ".repeat(indent)}${word}`;
        at = indent + word.length;
      } else {
        line += ` ${word}`;
        at += 1 + word.length;
      }
    }
    return line;
  }
}

function isCollection(value: unknown): boolean {
  return Array.isArray(value) || isDict(value);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isDict(value) && dictEntries(value).length === 0;
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = floatText(value);
  return text.includes(".") ? text : text.replace("e", ".0e");
}

/** Whether a text can stand bare: no marks of YAML in it, and not read back as something else. */
function isPlain(text: string, inFlow: boolean): boolean {
  if (text === "" || text.includes("\n") || /^\s|\s$/.test(text)) return false;
  if (/^[-?:,[\]{}#&*!|>'"%@`]/.test(text) && !/^[-?:][^\s,[\]{}]/.test(text)) return false;
  if (/^---|^\.\.\./.test(text) || /:(\s|$)|\s#/.test(text)) return false;
  if (/^[=<]{1,2}$/.test(text) || /^\d{4}-\d{1,2}-\d{1,2}/.test(text))
    return !/^(=|<<)$|^\d{4}-\d\d?-\d\d?($|[Tt ])/.test(text);
  if (inFlow && /[,[\]{}?]/.test(text)) return false;
  if (inFlow && text.includes(":")) return !/:[,[\]{}]/.test(text);
  try {
    return typeof loadYamlWithPositions(`- ${text}`, "").value === "object" && typeof firstOf(text) === "string";
  } catch {
    return false;
  }
}

function firstOf(text: string): unknown {
  const { value } = loadYamlWithPositions(`- ${text}`, "");
  return Array.isArray(value) ? value[0] : undefined;
}

function doubleQuoted(text: string): string {
  return `"${text.replace(/[\u0000-\u001f"\\\u007f-\u00a0\u2028\u2029\ufeff]/g, escapedCharacter)}"`;
}
