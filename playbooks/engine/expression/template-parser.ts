import { ExpressionSyntaxError } from "./errors.ts";
import type { ExpressionParser } from "./parser.ts";
import type { Expression } from "./syntax.ts";
import type { TemplateLayout } from "./template-layout.ts";
import { type Mark, scanTemplate } from "./template-lexer.ts";
import type { BlockNode, Body, MacroNode, Parameter, ParsedTemplate, Target, TemplateNode } from "./template-syntax.ts";

const MAX_DEPTH = 100;
const NOTHING_AFTER: readonly string[] = [];

/** A template, read. Throws ExpressionSyntaxError. */
export function parseTemplate(source: string, layout: TemplateLayout): ParsedTemplate {
  return new StatementReader(scanTemplate(source, layout)).template();
}

/** Builds the tree of statements. */
class StatementReader {
  readonly #marks: readonly Mark[];
  readonly #blocks = new Map<string, BlockNode>();
  readonly #open: string[] = [];
  readonly #awaited: (readonly string[])[] = [];
  #at = 0;
  #line = 1;

  constructor(marks: readonly Mark[]) {
    this.#marks = marks;
  }

  template(): ParsedTemplate {
    const { nodes } = this.#body(NOTHING_AFTER);
    const mutates = this.#marks.some((mark) => mark.kind !== "text" && mark.parser.mutates);
    return { nodes, blocks: this.#blocks, mutates };
  }

  /** The nodes until one of the statements `until`, which is left read, its parser behind the name. */
  #body(until: readonly string[]): { nodes: TemplateNode[]; end: string; parser: ExpressionParser } {
    if (this.#open.length > MAX_DEPTH) throw new ExpressionSyntaxError("the template is nested too deeply");
    this.#awaited.push(until);
    const nodes: TemplateNode[] = [];
    for (;;) {
      const mark = this.#marks[this.#at++];
      if (mark === undefined) {
        this.#awaited.pop();
        if (until === NOTHING_AFTER) return { nodes, end: "", parser: undefined as never };
        throw new ExpressionSyntaxError(`Unexpected end of template.${this.#lookedFor(until)}`);
      }
      if (mark.kind === "text") nodes.push({ type: "text", text: mark.text });
      else if (mark.kind === "output") {
        const expression = mark.parser.tuple();
        mark.parser.expectEnd();
        nodes.push({ type: "output", expression });
      } else {
        this.#line = mark.line;
        const { current } = mark.parser;
        if (current.kind !== "name") mark.parser.fail("tag name expected");
        const name = mark.parser.expectName();
        if (until.includes(name)) {
          this.#awaited.pop();
          return { nodes, end: name, parser: mark.parser };
        }
        this.#open.push(name);
        nodes.push(...this.#statement(name, mark.parser));
        this.#open.pop();
      }
    }
  }

  #lookedFor(until: readonly string[]): string {
    if (until.length === 0) return "";
    const tags = until.map((tag) => `'${tag}'`).join(" or ");
    const innermost = this.#open.at(-1) ?? "";
    return ` Jinja was looking for the following tags: ${tags}. The innermost block that needs to be closed is '${innermost}'.`;
  }

  #until(...tags: readonly string[]): Body {
    const { nodes, parser } = this.#body(tags);
    parser.expectEnd();
    return nodes;
  }

  #statement(name: string, parser: ExpressionParser): TemplateNode[] {
    switch (name) {
      case "if":
        return [this.#if(parser)];
      case "for":
        return [this.#for(parser)];
      case "set":
        return [this.#set(parser)];
      case "with":
        return [this.#with(parser)];
      case "filter": {
        const filter = parser.filterChain({ type: "name", name: "\0block" });
        parser.expectEnd();
        return [{ type: "filter-block", filter, body: this.#until("endfilter") }];
      }
      case "macro":
        return [this.#macro(parser)];
      case "call":
        return [this.#call(parser)];
      case "block":
        return [this.#block(parser)];
      case "extends":
        return [{ type: "extends", template: whole(parser) }];
      case "include":
        return [this.#include(parser)];
      case "import":
        return [this.#import(parser)];
      case "from":
        return [this.#fromImport(parser)];
      case "print":
        return print(parser);
      case "autoescape":
        whole(parser);
        return [...this.#until("endautoescape")];
      default: {
        this.#open.pop();
        const until = this.#awaited.at(-1) ?? [];
        throw new ExpressionSyntaxError(`Encountered unknown tag '${name}'.${this.#lookedFor(until)}`);
      }
    }
  }

  #if(parser: ExpressionParser): TemplateNode {
    const branches: { condition: Expression; body: Body }[] = [];
    let condition = parser.tuple(false);
    parser.expectBody();
    for (;;) {
      const { nodes, end, parser: next } = this.#body(["elif", "else", "endif"]);
      branches.push({ condition, body: nodes });
      if (end === "elif") condition = next.tuple(false);
      if (end === "endif") next.expectEnd();
      else next.expectBody();
      if (end === "elif") continue;
      const otherwise = end === "else" ? this.#until("endif") : [];
      return { type: "if", branches, otherwise };
    }
  }

  #for(parser: ExpressionParser): TemplateNode {
    const target = readTarget(parser);
    if (!parser.takeName("in")) parser.fail(`expected token 'in', got '${parser.current.text}'`);
    if (namesOf(target).includes("loop"))
      throw new ExpressionSyntaxError("Can't assign to special loop variable in for-loop target");
    const items = parser.tuple(false, "recursive");
    const condition = parser.takeName("if") ? parser.expression() : undefined;
    const isRecursive = parser.takeName("recursive");
    parser.expectBody();
    const { nodes, end, parser: next } = this.#body(["endfor", "else"]);
    if (end === "else") next.expectBody();
    else next.expectEnd();
    const otherwise = end === "else" ? this.#until("endfor") : [];
    return { type: "for", target, items, condition, isRecursive, body: nodes, otherwise };
  }

  #set(parser: ExpressionParser): TemplateNode {
    const target = readTarget(parser, true);
    if (parser.takeOperator("=")) return { type: "set", target, value: whole(parser) };
    const filter = parser.isOperator("|") ? parser.filters({ type: "name", name: "\0block" }) : undefined;
    parser.expectEnd();
    return { type: "set-block", target, filter, body: this.#until("endset") };
  }

  #with(parser: ExpressionParser): TemplateNode {
    const bindings: [Target, Expression][] = [];
    while (parser.current.kind !== "end") {
      if (bindings.length > 0) parser.expectOperator(",");
      const target = readTarget(parser, false, false);
      parser.expectOperator("=");
      bindings.push([target, parser.expression()]);
    }
    return { type: "with", bindings, body: this.#until("endwith") };
  }

  #macro(parser: ExpressionParser): MacroNode {
    const name = parser.expectName();
    const parameters = readParameters(parser);
    parser.expectBody();
    return this.#macroBody(name, parameters, "endmacro");
  }

  #macroBody(name: string, parameters: readonly Parameter[], end: string): MacroNode {
    const from = this.#at;
    const body = this.#until(end);
    const own = new Set(parameters.map((parameter) => parameter.name));
    const uses = (word: string) =>
      !own.has(word) &&
      this.#marks.slice(from, this.#at).some((mark) => mark.kind !== "text" && mark.parser.names(word));
    return {
      type: "macro",
      name,
      parameters,
      body,
      takesVarargs: uses("varargs"),
      takesKwargs: uses("kwargs"),
      takesCaller: uses("caller") || own.has("caller"),
    };
  }

  #call(parser: ExpressionParser): TemplateNode {
    const parameters = parser.isOperator("(") ? readParameters(parser) : [];
    const target = whole(parser);
    if (target.type !== "call") throw new ExpressionSyntaxError("expected call");
    const macro = this.#macroBody("caller", parameters, "endcall");
    return { type: "call", macro, target: target.target, arguments: target.arguments };
  }

  #block(parser: ExpressionParser): TemplateNode {
    const name = parser.expectName();
    const isScoped = parser.takeName("scoped");
    const isRequired = parser.takeName("required");
    if (parser.isOperator("-"))
      parser.fail("Block names in Jinja have to be valid Python identifiers and may not contain hyphens.");
    parser.expectEnd();
    const { nodes: body, parser: next } = this.#body(["endblock"]);
    next.takeName(name);
    next.expectEnd();
    if (isRequired && body.some((node) => node.type !== "text" || node.text.trim() !== ""))
      throw new ExpressionSyntaxError("Required blocks can only contain comments or whitespace");
    if (this.#blocks.has(name)) throw new ExpressionSyntaxError(`block '${name}' defined twice`);
    const block: BlockNode = { type: "block", name, body, isScoped, isRequired };
    this.#blocks.set(name, block);
    return block;
  }

  #include(parser: ExpressionParser): TemplateNode {
    const template = parser.expression();
    let ignoresMissing = false;
    if (parser.isName("ignore") && parser.isNameAhead("missing")) {
      parser.next();
      parser.next();
      ignoresMissing = true;
    }
    const withContext = contextWish(parser) ?? true;
    parser.expectEnd();
    return { type: "include", template, ignoresMissing, withContext };
  }

  #import(parser: ExpressionParser): TemplateNode {
    const template = parser.expression();
    if (!parser.takeName("as")) parser.fail(`expected token 'as', got '${parser.current.text}'`);
    const target = parser.expectName();
    const withContext = contextWish(parser) ?? false;
    parser.expectEnd();
    return { type: "import", template, target, withContext };
  }

  #fromImport(parser: ExpressionParser): TemplateNode {
    const template = parser.expression();
    if (!parser.takeName("import")) parser.fail(`expected token 'import', got '${parser.current.text}'`);
    const names: [string, string][] = [];
    let wish: boolean | undefined;
    for (;;) {
      if (names.length > 0 && !parser.takeOperator(",")) break;
      if (parser.current.kind !== "name") break;
      wish = contextWish(parser);
      if (wish !== undefined) break;
      const name = parser.expectName();
      if (name.startsWith("_")) throw new ExpressionSyntaxError("names starting with an underline can not be imported");
      names.push([name, parser.takeName("as") ? parser.expectName() : name]);
      wish = contextWish(parser);
      if (wish !== undefined) break;
    }
    if (names.length === 0) parser.expectName();
    parser.expectEnd();
    return { type: "from-import", template, names, withContext: wish ?? false, line: this.#line };
  }
}

function whole(parser: ExpressionParser): Expression {
  const expression = parser.tuple();
  parser.expectEnd();
  return expression;
}

function print(parser: ExpressionParser): TemplateNode[] {
  const nodes: TemplateNode[] = [];
  while (parser.current.kind !== "end") {
    if (nodes.length > 0) parser.expectOperator(",");
    nodes.push({ type: "output", expression: parser.expression() });
  }
  return nodes;
}

/** `with context` or `without context`; undefined for neither. */
function contextWish(parser: ExpressionParser): boolean | undefined {
  const isWish = (parser.isName("with") || parser.isName("without")) && parser.isNameAhead("context");
  if (!isWish) return undefined;
  const wish = parser.next().text === "with";
  parser.next();
  return wish;
}

function readParameters(parser: ExpressionParser): Parameter[] {
  parser.expectOperator("(");
  const parameters: Parameter[] = [];
  while (!parser.isOperator(")")) {
    if (parameters.length > 0) parser.expectOperator(",");
    const name = assignable(parser);
    const otherwise = parser.takeOperator("=") ? parser.expression() : undefined;
    if (otherwise === undefined && parameters.at(-1)?.default !== undefined)
      parser.fail("non-default argument follows default argument");
    parameters.push({ name, default: otherwise });
  }
  parser.expectOperator(")");
  return parameters;
}

function assignable(parser: ExpressionParser): string {
  const name = parser.expectName();
  if (["true", "false", "none", "True", "False", "None"].includes(name))
    throw new ExpressionSyntaxError(`can't assign to '${name}'`);
  return name;
}

function readTarget(parser: ExpressionParser, canBeAttribute = false, canBeMany = true): Target {
  const single = (): Target => {
    if (parser.takeOperator("(")) {
      const inner = readTarget(parser);
      parser.expectOperator(")");
      return inner;
    }
    if (parser.current.kind === "string" || parser.current.kind === "number")
      throw new ExpressionSyntaxError("can't assign to 'const'");
    if (parser.current.kind === "end")
      throw new ExpressionSyntaxError(`Expected an expression, got '${parser.current.text}'`);
    const name = assignable(parser);
    if (canBeAttribute && parser.takeOperator(".")) return { type: "attribute", name, attribute: parser.expectName() };
    return { type: "name", name };
  };
  const first = single();
  if (!canBeMany || !parser.isOperator(",")) return first;
  const targets = [first];
  while (parser.takeOperator(",")) {
    if (parser.current.kind === "end" || parser.isName("in") || parser.isOperator(")") || parser.isOperator("=")) break;
    targets.push(single());
  }
  return { type: "tuple", targets };
}

function namesOf(target: Target): string[] {
  return target.type === "tuple" ? target.targets.flatMap(namesOf) : [target.name];
}
