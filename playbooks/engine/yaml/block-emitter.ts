import { escapedCharacter } from "./escapes.ts";
import { analyzeScalar, isBreak, isPrintable, readsAsText } from "./scalar-analysis.ts";

const BEST_INDENT = 2;
const LONGEST_SIMPLE_KEY = 128;

/** A node to be written; `anchor` where it is met again, as an {@link YamlAlias}. */
export type YamlNode = YamlScalar | YamlMapping | YamlSequence | YamlAlias;

export interface YamlScalar {
  readonly kind: "scalar";
  readonly text: string;
  /** Whether it is text, to be quoted where a bare one would be read back as something else. */
  readonly isText: boolean;
  /** A tag to write before it, as a literal block: `!vault`. */
  readonly tag?: string;
}

export interface YamlMapping {
  readonly kind: "mapping";
  readonly entries: readonly (readonly [YamlNode, YamlNode])[];
  anchor?: string;
}

export interface YamlSequence {
  readonly kind: "sequence";
  readonly items: readonly YamlNode[];
  anchor?: string;
}

export interface YamlAlias {
  readonly kind: "alias";
  readonly anchor: string;
}

interface Place {
  readonly isRoot?: boolean;
  readonly isInMapping?: boolean;
  readonly isSimpleKey?: boolean;
}

/**
 * A document in block style as libyaml writes it for PyYAML's `dump(default_flow_style=False, allow_unicode=True)`: its quoting,
 * folding beyond the width, indentation; only empty collections are in brackets.
 */
export function emitBlockYaml(node: YamlNode, width = 80): string {
  const emitter = new BlockEmitter(width);
  emitter.node(node, { isRoot: true });
  return emitter.end();
}

class BlockEmitter {
  readonly #width: number;
  readonly #out: string[] = [];
  #column = 0;
  #indent = -1;
  #isBlank = true;
  #isIndentation = true;

  constructor(width: number) {
    this.#width = width;
  }

  end(): string {
    if (this.#column > 0) this.#break();
    return this.#out.join("");
  }

  node(node: YamlNode, place: Place): void {
    if (node.kind === "alias") {
      this.#indicator(`*${node.anchor}`, true);
      return;
    }
    if (node.kind === "scalar") {
      this.#scalar(node, place.isSimpleKey === true);
      return;
    }
    if (node.anchor !== undefined) this.#indicator(`&${node.anchor}`, true);
    if (node.kind === "mapping") {
      if (node.entries.length === 0) this.#empty("{", "}");
      else this.#mapping(node);
    } else if (node.items.length === 0) this.#empty("[", "]");
    else this.#sequence(node, place.isInMapping === true);
  }

  #empty(open: string, close: string): void {
    this.#indicator(open, true, true);
    this.#indicator(close, false);
  }

  #mapping(node: YamlMapping): void {
    const outer = this.#indent;
    this.#indent = outer < 0 ? 0 : outer + BEST_INDENT;
    for (const [key, value] of node.entries) {
      this.#writeIndent();
      if (isSimpleKey(key)) {
        this.node(key, { isInMapping: true, isSimpleKey: true });
        this.#indicator(":", false);
      } else {
        this.#indicator("?", true, false, true);
        this.node(key, { isInMapping: true });
        this.#writeIndent();
        this.#indicator(":", true, false, true);
      }
      this.node(value, { isInMapping: true });
    }
    this.#indent = outer;
  }

  #sequence(node: YamlSequence, isInMapping: boolean): void {
    const outer = this.#indent;
    const isIndentless = isInMapping && !this.#isIndentation;
    if (outer < 0) this.#indent = 0;
    else if (!isIndentless) this.#indent = outer + BEST_INDENT;
    for (const item of node.items) {
      this.#writeIndent();
      this.#indicator("-", true, false, true);
      this.node(item, {});
    }
    this.#indent = outer;
  }

  #scalar({ text, isText, tag }: YamlScalar, isKey: boolean): void {
    const analysis = analyzeScalar(text);
    const outer = this.#indent;
    if (tag !== undefined) this.#indicator(tag, true);
    this.#indent = outer < 0 ? BEST_INDENT : outer + BEST_INDENT;
    const isPlain =
      tag === undefined &&
      analysis.allowsPlain &&
      (!isText || readsAsText(text)) &&
      !(text === "" && isKey) &&
      !(isKey && analysis.isMultiline);
    if (tag !== undefined && analysis.allowsBlock && !isKey) this.#literal(text);
    else if (isPlain) this.#plain(text, !isKey);
    else if (analysis.allowsSingleQuotes && !(isKey && analysis.isMultiline)) this.#singleQuoted(text, !isKey);
    else this.#doubleQuoted(text, !isKey);
    this.#indent = outer;
  }

  #plain(text: string, mayFold: boolean): void {
    if (!this.#isBlank && text !== "") this.#put(" ");
    this.#folded(text, mayFold, () => true);
    this.#isBlank = false;
    this.#isIndentation = false;
  }

  #singleQuoted(text: string, mayFold: boolean): void {
    this.#indicator("'", true);
    this.#folded(text.replaceAll("'", "''"), mayFold, (at, length) => at > 0 && at < length - 1);
    this.#indicator("'", false);
    this.#isBlank = false;
    this.#isIndentation = false;
  }

  /** Writes plain and single-quoted text: long lines are broken at single blanks, each line break is written twice. */
  #folded(text: string, mayFold: boolean, isInside: (at: number, length: number) => boolean): void {
    const chars = [...text];
    let [afterSpace, afterBreak] = [false, false];
    for (const [at, char] of chars.entries()) {
      if (char === " ") {
        const folds = mayFold && !afterSpace && this.#column > this.#width && isInside(at, chars.length);
        if (folds && chars[at + 1] !== " ") this.#writeIndent();
        else this.#put(char);
        afterSpace = true;
      } else if (isBreak(char)) {
        if (!afterBreak && char === "\n") this.#break();
        this.#writeBreak(char);
        this.#isIndentation = true;
        afterBreak = true;
      } else {
        if (afterBreak) this.#writeIndent();
        this.#put(char);
        this.#isIndentation = false;
        [afterSpace, afterBreak] = [false, false];
      }
    }
    if (afterBreak) this.#writeIndent();
  }

  #doubleQuoted(text: string, mayFold: boolean): void {
    this.#indicator('"', true);
    const chars = [...text];
    let afterSpace = false;
    for (const [at, char] of chars.entries()) {
      if (!isPrintable(char) || isBreak(char) || char === '"' || char === "\\") {
        this.#put(escapedCharacter(char));
        afterSpace = false;
      } else if (char === " ") {
        const isInside = at > 0 && at < chars.length - 1;
        if (mayFold && !afterSpace && this.#column > this.#width && isInside) {
          this.#writeIndent();
          if (chars[at + 1] === " ") this.#put("\\");
        } else this.#put(char);
        afterSpace = true;
      } else {
        this.#put(char);
        afterSpace = false;
      }
    }
    this.#indicator('"', false);
    this.#isBlank = false;
    this.#isIndentation = false;
  }

  #literal(text: string): void {
    const hint = /^[ \r\n\x85\u2028\u2029]/.test(text) ? String(BEST_INDENT) : "";
    const chomp = !/[\r\n\x85\u2028\u2029]$/.test(text) ? "-" : /^.$|[\r\n\x85\u2028\u2029].$/s.test(text) ? "+" : "";
    this.#indicator(`|${hint}${chomp}`, true);
    this.#break();
    this.#isIndentation = true;
    this.#isBlank = true;
    let afterBreak = true;
    for (const char of text) {
      if (isBreak(char)) {
        this.#writeBreak(char);
        this.#isIndentation = true;
        afterBreak = true;
      } else {
        if (afterBreak) this.#writeIndent();
        this.#put(char);
        this.#isIndentation = false;
        afterBreak = false;
      }
    }
  }

  #indicator(text: string, needsBlank: boolean, isBlank = false, isIndentation = false): void {
    if (needsBlank && !this.#isBlank) this.#put(" ");
    this.#put(text);
    this.#isBlank = isBlank;
    this.#isIndentation = this.#isIndentation && isIndentation;
  }

  #writeIndent(): void {
    const indent = Math.max(this.#indent, 0);
    if (!this.#isIndentation || this.#column > indent || (this.#column === indent && !this.#isBlank)) this.#break();
    if (this.#column < indent) this.#put(" ".repeat(indent - this.#column));
    this.#isBlank = true;
    this.#isIndentation = true;
  }

  #writeBreak(char: string): void {
    this.#out.push(char);
    this.#column = 0;
  }

  #break(): void {
    this.#writeBreak("\n");
  }

  #put(text: string): void {
    this.#out.push(text);
    this.#column += [...text].length;
  }
}

function isSimpleKey(node: YamlNode): boolean {
  if (node.kind === "alias") return true;
  if (node.kind === "mapping") return node.entries.length === 0;
  if (node.kind === "sequence") return node.items.length === 0;
  return !analyzeScalar(node.text).isMultiline && Buffer.byteLength(node.text) <= LONGEST_SIMPLE_KEY;
}
