import { ExpressionSyntaxError } from "./errors.ts";
import { tokenize } from "./lexer.ts";
import { ExpressionParser } from "./parser.ts";
import type { TemplateLayout } from "./template-layout.ts";

/** A piece of a template: text, `{{ }}` or `{% %}`, white space already trimmed as the marks ask. */
export type Mark =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly parser: ExpressionParser }
  | { readonly kind: "statement"; readonly parser: ExpressionParser; readonly line: number };

const OUTPUT_CLOSE = "end of print statement";
const STATEMENT_CLOSE = "end of statement block";

/** Splits a template into its pieces, after the rules of Jinja2's lexer. Throws ExpressionSyntaxError. */
export function scanTemplate(source: string, layout: TemplateLayout): Mark[] {
  return new TemplateLexer(source, layout).scan();
}

class TemplateLexer {
  readonly #source: string;
  readonly #layout: TemplateLayout;
  readonly #patterns: Patterns;
  readonly #marks: Mark[] = [];
  #at = 0;
  #lineStarting = true;

  constructor(source: string, layout: TemplateLayout) {
    const unified = source.replace(/\r\n|\r/g, "\n");
    this.#source = layout.keepTrailingNewline ? unified : unified.replace(/\n$/, "");
    this.#layout = layout;
    this.#patterns = patternsOf(layout);
  }

  scan(): Mark[] {
    while (this.#at < this.#source.length) {
      this.#patterns.open.lastIndex = this.#at;
      const match = this.#patterns.open.exec(this.#source);
      if (match === null) {
        this.#text(this.#source.slice(this.#at));
        break;
      }
      this.#opened(match);
    }
    return this.#marks;
  }

  #text(text: string): void {
    if (text === "") return;
    const { newlineSequence } = this.#layout;
    this.#marks.push({ kind: "text", text: newlineSequence === "\n" ? text : text.replaceAll("\n", newlineSequence) });
  }

  #opened(match: RegExpExecArray): void {
    const { raw, block, variable, comment, statement, remark } = match.groups ?? {};
    const before = this.#source.slice(this.#at, match.index);
    this.#text(this.#stripped(before, sign(match), variable === undefined));
    this.#at = match.index + match[0].length;
    if (raw !== undefined) this.#raw();
    else if (comment !== undefined) this.#comment();
    else if (variable !== undefined) this.#tag(this.#patterns.variableEnd, true);
    else if (block !== undefined) this.#tag(this.#patterns.blockEnd, false);
    else if (statement !== undefined) this.#lineStatement();
    else if (remark !== undefined) this.#skipLine();
    this.#lineStarting = this.#source[this.#at - 1] === "\n";
  }

  #stripped(text: string, mark: string, canStrip: boolean): string {
    if (mark === "-") return text.trimEnd();
    if (mark === "+" || !canStrip || !this.#layout.lstripBlocks) return text;
    const start = text.lastIndexOf("\n") + 1;
    const isLineStart = start > 0 || this.#lineStarting;
    return isLineStart && text.slice(start).trim() === "" ? text.slice(0, start) : text;
  }

  #raw(): void {
    const { rawEnd } = this.#patterns;
    rawEnd.lastIndex = this.#at;
    const end = rawEnd.exec(this.#source);
    if (end === null) throw new ExpressionSyntaxError("Missing end of raw directive");
    this.#text(this.#stripped(this.#source.slice(this.#at, end.index), end[1] ?? "", true));
    this.#at = rawEnd.lastIndex;
  }

  #comment(): void {
    const { commentEnd } = this.#patterns;
    commentEnd.lastIndex = this.#at;
    if (commentEnd.exec(this.#source) === null) throw new ExpressionSyntaxError("Missing end of comment tag");
    this.#at = commentEnd.lastIndex;
  }

  #tag(close: RegExp, isOutput: boolean): void {
    const line = this.#source.slice(0, this.#at).split("\n").length;
    const literal = isOutput && this.#layout.literalTexts;
    const closing = isOutput ? OUTPUT_CLOSE : STATEMENT_CLOSE;
    const { tokens, end } = tokenize(this.#source, this.#at, close, literal, closing);
    close.lastIndex = end;
    const match = close.exec(this.#source);
    if (match === null) throw new ExpressionSyntaxError(`unexpected end of template, expected '${closing}'.`);
    this.#at = end + match[0].length;
    const parser = new ExpressionParser(tokens);
    this.#marks.push(isOutput ? { kind: "output", parser } : { kind: "statement", parser, line });
  }

  #lineStatement(): void {
    const line = this.#source.slice(0, this.#at).split("\n").length;
    const { tokens, end } = tokenize(this.#source, this.#at, /[^\S\n]*(?:\n|$)/y, false, STATEMENT_CLOSE, true);
    const close = /\s*?(?:\n|$)/y;
    close.lastIndex = end;
    this.#at = end + (close.exec(this.#source)?.[0].length ?? 0);
    this.#marks.push({ kind: "statement", parser: new ExpressionParser(tokens), line });
  }

  #skipLine(): void {
    const end = this.#source.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#source.length : end;
  }
}

interface Patterns {
  readonly open: RegExp;
  readonly blockEnd: RegExp;
  readonly variableEnd: RegExp;
  readonly commentEnd: RegExp;
  readonly rawEnd: RegExp;
}

function sign(match: RegExpExecArray): string {
  const groups = match.groups ?? {};
  return groups["s1"] ?? groups["s2"] ?? groups["s3"] ?? groups["s4"] ?? groups["s5"] ?? "";
}

/** Jinja2 tries the longer mark first where two begin at one place. */
function patternsOf(layout: TemplateLayout): Patterns {
  const [block, blockEnd] = [quoted(layout.blockStart), quoted(layout.blockEnd)];
  const trim = layout.trimBlocks ? "\\n?" : "";
  const starts: [number, string][] = [
    [layout.blockStart.length, `(?<block>${block}(?<s1>[-+]?))`],
    [layout.variableStart.length, `(?<variable>${quoted(layout.variableStart)}(?<s2>-?))`],
    [layout.commentStart.length, `(?<comment>${quoted(layout.commentStart)}(?<s3>[-+]?))`],
  ];
  if (layout.lineStatementPrefix !== undefined)
    starts.push([
      layout.lineStatementPrefix.length,
      `(?<statement>^[ \\t\\v]*${quoted(layout.lineStatementPrefix)}(?<s4>[-+]?))`,
    ]);
  if (layout.lineCommentPrefix !== undefined)
    starts.push([
      layout.lineCommentPrefix.length,
      `(?<remark>(?:^|(?<=\\S))[^\\S\\r\\n]*${quoted(layout.lineCommentPrefix)})`,
    ]);
  starts.sort(([a], [b]) => b - a);
  const raw = `(?<raw>${block}(?<s5>[-+]?)\\s*raw\\s*(?:-${blockEnd}\\s*|${blockEnd}))`;
  return {
    open: new RegExp([raw, ...starts.map(([, pattern]) => pattern)].join("|"), "gm"),
    blockEnd: new RegExp(`(?:\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${trim})`, "y"),
    variableEnd: new RegExp(`(?:-${quoted(layout.variableEnd)}\\s*|${quoted(layout.variableEnd)})`, "y"),
    commentEnd: new RegExp(
      `(?:\\+${quoted(layout.commentEnd)}|-${quoted(layout.commentEnd)}\\s*|${quoted(layout.commentEnd)}${trim})`,
      "g",
    ),
    rawEnd: new RegExp(`${block}([-+]?)\\s*endraw\\s*(?:\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${trim})`, "g"),
  };
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
