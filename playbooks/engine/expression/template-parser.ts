import { ExpressionSyntaxError } from "./errors.ts";
import { tokenize } from "./lexer.ts";
import { ExpressionParser } from "./parser.ts";
import type { Expression, TemplateNode } from "./syntax.ts";

/** How a template treats the white space around its statements; Ansible's own default is `trimBlocks` alone. */
export interface TemplateLayout {
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  /** Backslashes in text literals of `{{ }}` stand for themselves: how Ansible reads texts that come from YAML. */
  readonly literalTexts: boolean;
}

type Mark =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly parser: ExpressionParser }
  | { readonly kind: "statement"; readonly parser: ExpressionParser };

const OUTPUT_END = /[-+]?\}\}/y;
const STATEMENT_END = /[-+]?%\}/y;
const RAW = /\{%([-+]?)\s*raw\s*([-+]?)%\}/y;

/** The nodes of a template. Throws ExpressionSyntaxError. */
export function parseTemplate(source: string, layout: TemplateLayout): readonly TemplateNode[] {
  const marks = scan(source, layout);
  const reader = new StatementReader(marks);
  return reader.body([]).nodes;
}

/** Splits a template into text, outputs and statements, with white space already trimmed as the marks ask. */
function scan(source: string, layout: TemplateLayout): Mark[] {
  const marks: Mark[] = [];
  let at = 0;
  let trimNext = false;
  while (at < source.length) {
    const open = /\{[{%#]/g;
    open.lastIndex = at;
    const match = open.exec(source);
    let text = source.slice(at, match?.index ?? source.length);
    if (trimNext) text = text.trimStart();
    trimNext = false;
    if (match === null) {
      if (text !== "") marks.push({ kind: "text", text });
      break;
    }
    const sign = source[match.index + 2] ?? "";
    if (sign === "-") text = text.trimEnd();
    else if (sign !== "+" && layout.lstripBlocks && match[0] !== "{{") text = text.replace(/(^|\n)[ \t]+$/, "$1");
    if (text !== "") marks.push({ kind: "text", text });
    const step = scanMark(source, match.index, match[0], marks, layout.literalTexts);
    at = step.end;
    trimNext = step.trim;
    if (!trimNext && match[0] !== "{{" && layout.trimBlocks && !step.keep && source[at] === "\n") at++;
  }
  return marks;
}

function scanMark(
  source: string,
  at: number,
  open: string,
  marks: Mark[],
  literalTexts: boolean,
): { end: number; trim: boolean; keep: boolean } {
  if (open === "{#") {
    const end = source.indexOf("#}", at + 2);
    if (end === -1) throw new ExpressionSyntaxError("Missing end of comment tag");
    return { end: end + 2, trim: source[end - 1] === "-", keep: source[end - 1] === "+" };
  }
  RAW.lastIndex = at;
  const raw = RAW.exec(source);
  if (raw !== null) {
    const close = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
    close.lastIndex = RAW.lastIndex;
    const end = close.exec(source);
    if (end === null) throw new ExpressionSyntaxError("Missing end of raw directive");
    let text = source.slice(RAW.lastIndex, end.index);
    if (raw[2] === "-") text = text.trimStart();
    if (end[1] === "-") text = text.trimEnd();
    if (text !== "") marks.push({ kind: "text", text });
    return { end: close.lastIndex, trim: end[2] === "-", keep: end[2] === "+" };
  }
  const isOutput = open === "{{";
  const start = at + 2 + (/[-+]/.test(source[at + 2] ?? "") && source[at + 2] !== "" ? 1 : 0);
  const signed = isOutput && source[at + 2] !== "-" ? at + 2 : start;
  const { tokens, end } = tokenize(source, signed, isOutput ? OUTPUT_END : STATEMENT_END, isOutput && literalTexts);
  const closing = isOutput ? OUTPUT_END : STATEMENT_END;
  closing.lastIndex = end;
  const close = closing.exec(source);
  if (close === null)
    throw new ExpressionSyntaxError(
      `unexpected end of template, expected '${isOutput ? "end of print statement" : "end of statement block"}'.`,
    );
  marks.push({ kind: isOutput ? "output" : "statement", parser: new ExpressionParser(tokens) });
  return { end: end + close[0].length, trim: close[0].startsWith("-"), keep: close[0].startsWith("+") };
}

/** Builds the tree of statements. */
class StatementReader {
  readonly #marks: readonly Mark[];
  #at = 0;

  constructor(marks: readonly Mark[]) {
    this.#marks = marks;
  }

  /** The nodes until one of the statements `until`, which is left read, its parser behind the name. */
  body(until: readonly string[]): { nodes: TemplateNode[]; end: string; parser: ExpressionParser | undefined } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const mark = this.#marks[this.#at++];
      if (mark === undefined) {
        if (until.length === 0) return { nodes, end: "", parser: undefined };
        throw new ExpressionSyntaxError(
          `Unexpected end of template. Jinja was looking for the following tags: '${until.join("' or '")}'.`,
        );
      }
      if (mark.kind === "text") nodes.push({ type: "text", text: mark.text });
      else if (mark.kind === "output") {
        const expression = mark.parser.tuple();
        mark.parser.expectEnd();
        nodes.push({ type: "output", expression });
      } else {
        const name = mark.parser.expectName();
        if (until.includes(name)) return { nodes, end: name, parser: mark.parser };
        const node = this.#statement(name, mark.parser);
        if (node !== undefined) nodes.push(node);
      }
    }
  }

  #statement(name: string, parser: ExpressionParser): TemplateNode | undefined {
    switch (name) {
      case "if":
        return this.#if(parser);
      case "for":
        return this.#for(parser);
      case "set":
        return this.#set(parser);
      case "with":
        return this.#with(parser);
      case "filter":
        return this.#filterBlock(parser);
      case "macro":
        return this.#macro(parser);
      case "do": {
        const expression = parser.tuple();
        parser.expectEnd();
        return { type: "set", targets: [], value: expression };
      }
      case "break":
      case "continue":
        parser.expectEnd();
        return { type: name };
      default:
        throw new ExpressionSyntaxError(`Encountered unknown tag '${name}'.`);
    }
  }

  #if(parser: ExpressionParser): TemplateNode {
    const branches: { condition: Expression; body: readonly TemplateNode[] }[] = [];
    let otherwise: readonly TemplateNode[] = [];
    let condition = parser.expression();
    parser.expectEnd();
    for (;;) {
      const { nodes, end, parser: next } = this.body(["elif", "else", "endif"]);
      branches.push({ condition, body: nodes });
      if (end === "elif" && next !== undefined) {
        condition = next.expression();
        next.expectEnd();
        continue;
      }
      if (end === "else") otherwise = this.body(["endif"]).nodes;
      return { type: "if", branches, otherwise };
    }
  }

  #for(parser: ExpressionParser): TemplateNode {
    const targets = nameList(parser);
    if (!parser.takeName("in")) parser.fail("expected token 'in'");
    const items = parser.expression(false);
    const condition = parser.takeName("if") ? parser.expression() : undefined;
    parser.takeName("recursive");
    parser.expectEnd();
    const { nodes, end } = this.body(["else", "endfor"]);
    const otherwise = end === "else" ? this.body(["endfor"]).nodes : [];
    return { type: "for", targets, items, condition, body: nodes, otherwise };
  }

  #set(parser: ExpressionParser): TemplateNode {
    const targets = nameList(parser, true);
    if (parser.takeOperator("=")) {
      const value = parser.tuple();
      parser.expectEnd();
      return { type: "set", targets, value };
    }
    const target = targets[0] ?? "";
    const filter = parser.isOperator("|") ? parser.filters({ type: "name", name: "\0block" }) : undefined;
    parser.expectEnd();
    return { type: "set-block", target, filter, body: this.body(["endset"]).nodes };
  }

  #with(parser: ExpressionParser): TemplateNode {
    const bindings: [string, Expression][] = [];
    while (parser.current.kind !== "end") {
      const name = parser.expectName();
      parser.expectOperator("=");
      bindings.push([name, parser.expression()]);
      if (!parser.takeOperator(",")) break;
    }
    parser.expectEnd();
    return { type: "with", bindings, body: this.body(["endwith"]).nodes };
  }

  #filterBlock(parser: ExpressionParser): TemplateNode {
    const filter = parser.filterChain({ type: "name", name: "\0block" });
    parser.expectEnd();
    return { type: "filter-block", filter, body: this.body(["endfilter"]).nodes };
  }

  #macro(parser: ExpressionParser): TemplateNode {
    const name = parser.expectName();
    parser.expectOperator("(");
    const parameters: { name: string; default: Expression | undefined }[] = [];
    while (!parser.isOperator(")")) {
      const parameter = parser.expectName();
      parameters.push({ name: parameter, default: parser.takeOperator("=") ? parser.expression() : undefined });
      if (!parser.takeOperator(",")) break;
    }
    parser.expectOperator(")");
    parser.expectEnd();
    return { type: "macro", name, parameters, body: this.body(["endmacro"]).nodes };
  }
}

function nameList(parser: ExpressionParser, dotted = false): string[] {
  const wrapped = parser.takeOperator("(");
  const names: string[] = [];
  do {
    let name = parser.expectName();
    if (dotted && parser.takeOperator(".")) name += `.${parser.expectName()}`;
    names.push(name);
  } while (parser.takeOperator(","));
  if (wrapped) parser.expectOperator(")");
  return names;
}
