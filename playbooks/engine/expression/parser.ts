import { ExpressionSyntaxError } from "./errors.ts";
import { type Token, tokenize } from "./lexer.ts";
import type { CallArguments, Expression } from "./syntax.ts";

const MAX_DEPTH = 200;
const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);
/** Methods of lists and dicts that change them. */
const MUTATORS = new Set([
  ...["append", "extend", "insert", "pop", "remove", "sort", "reverse", "clear"],
  ...["update", "popitem", "setdefault"],
]);
const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">="]);

/** The whole of `source` as one expression. Throws ExpressionSyntaxError. */
export function parseExpression(source: string, literalTexts = false): Expression {
  return readExpression(source, literalTexts).expression;
}

/** As {@link parseExpression}; `mutates` where it names a method that changes a list or dict in place. */
export function readExpression(
  source: string,
  literalTexts = false,
): { readonly expression: Expression; readonly mutates: boolean } {
  const parser = new ExpressionParser(tokenize(source, 0, undefined, literalTexts).tokens);
  const expression = parser.expression();
  parser.expectEnd();
  return { expression, mutates: parser.mutates };
}

/** Jinja2's expression grammar by recursive descent, one method per level of precedence. */
export class ExpressionParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  /** Whether a method that changes a list or dict in place is named anywhere in what was read. */
  mutates = false;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "end of expression", offset: 0 };
  }

  next(): Token {
    const token = this.current;
    this.#at++;
    return token;
  }

  isOperator(text: string): boolean {
    return this.current.kind === "operator" && this.current.text === text;
  }

  isName(text: string): boolean {
    return this.current.kind === "name" && this.current.text === text;
  }

  takeOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.#at++;
    return true;
  }

  takeName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.#at++;
    return true;
  }

  expectOperator(text: string): void {
    if (!this.takeOperator(text)) this.fail(`expected token '${text}', got '${this.current.text}'`);
  }

  expectName(): string {
    if (this.current.kind !== "name") this.fail(`expected token 'name', got '${this.current.text}'`);
    return this.next().text;
  }

  #isAtEnd(): boolean {
    return this.current.kind === "end";
  }

  expectEnd(): void {
    if (this.current.kind !== "end") this.fail(`unexpected '${this.current.text}'`);
  }

  /** The end of a statement that has a body: a colon may stand before it. */
  expectBody(): void {
    this.takeOperator(":");
    this.expectEnd();
  }

  fail(message: string): never {
    throw new ExpressionSyntaxError(message);
  }

  /** An expression, or several with commas between: a tuple. */
  tuple(withChoice = true, before?: string): Expression {
    if (this.#isAtEnd()) this.fail(`Expected an expression, got '${this.current.text}'`);
    const first = this.expression(withChoice);
    if (!this.isOperator(",")) return first;
    const items = [first];
    while (this.takeOperator(",")) {
      if (this.current.kind === "end" || this.isOperator(")")) break;
      if (before !== undefined && this.isName(before)) break;
      items.push(this.expression(withChoice));
    }
    return { type: "tuple", items };
  }

  expression(withChoice = true): Expression {
    if (++this.#depth > MAX_DEPTH) this.fail("the expression is nested too deeply");
    let value = this.#or();
    while (withChoice && this.takeName("if")) {
      const condition = this.#or();
      const no = this.takeName("else") ? this.expression() : undefined;
      value = { type: "choice", condition, yes: value, no };
    }
    this.#depth--;
    return value;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.takeName("or")) left = { type: "logic", operator: "or", left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.takeName("and")) left = { type: "logic", operator: "and", left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    if (!this.takeName("not")) return this.#compare();
    if (++this.#depth > MAX_DEPTH) this.fail("the expression is nested too deeply");
    const operand = this.#not();
    this.#depth--;
    return { type: "unary", operator: "not", operand };
  }

  #compare(): Expression {
    const first = this.#sum();
    const rest: { operator: string; operand: Expression }[] = [];
    for (;;) {
      const token = this.current;
      if (token.kind === "operator" && COMPARISONS.has(token.text)) {
        this.next();
        rest.push({ operator: token.text, operand: this.#sum() });
      } else if (this.takeName("in")) {
        rest.push({ operator: "in", operand: this.#sum() });
      } else if (this.isName("not") && this.#isNameAt(1, "in")) {
        this.#at += 2;
        rest.push({ operator: "not in", operand: this.#sum() });
      } else break;
    }
    return rest.length === 0 ? first : { type: "compare", first, rest };
  }

  /** Whether the token after the current one is this name. */
  isNameAhead(text: string): boolean {
    return this.#isNameAt(1, text);
  }

  /** Whether any token is this name. */
  names(text: string): boolean {
    return this.#tokens.some((token) => token.kind === "name" && token.text === text);
  }

  #isNameAt(distance: number, text: string): boolean {
    const token = this.#tokens[this.#at + distance];
    return token?.kind === "name" && token.text === text;
  }

  #sum(): Expression {
    return this.#binary(["+", "-"], () => this.#concat());
  }

  #concat(): Expression {
    const parts = [this.#product()];
    while (this.takeOperator("~")) parts.push(this.#product());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { type: "concat", parts };
  }

  #product(): Expression {
    return this.#binary(["*", "/", "//", "%"], () => this.#power());
  }

  #power(): Expression {
    return this.#binary(["**"], () => this.#unary(true));
  }

  #binary(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (this.current.kind === "operator" && operators.includes(this.current.text)) {
      const operator = this.next().text;
      left = { type: "binary", operator, left, right: operand() };
    }
    return left;
  }

  #unary(withFilters: boolean): Expression {
    if (++this.#depth > MAX_DEPTH) this.fail("the expression is nested too deeply");
    let value: Expression;
    if (this.takeOperator("-")) value = { type: "unary", operator: "-", operand: this.#unary(false) };
    else if (this.takeOperator("+")) value = { type: "unary", operator: "+", operand: this.#unary(false) };
    else value = this.#primary();
    value = this.#postfix(value);
    this.#depth--;
    return withFilters ? this.filters(value) : value;
  }

  #primary(): Expression {
    const token = this.next();
    if (token.kind === "number") return { type: "constant", value: token.value };
    if (token.kind === "string") {
      if (MUTATORS.has(token.text)) this.mutates = true;
      let text = token.text;
      while (this.current.kind === "string") text += this.next().text;
      return { type: "constant", value: text };
    }
    if (token.kind === "name") {
      if (CONSTANTS.has(token.text)) return { type: "constant", value: CONSTANTS.get(token.text) };
      return { type: "name", name: token.text };
    }
    if (token.kind === "operator" && token.text === "(") return this.#parentheses();
    if (token.kind === "operator" && token.text === "[") return this.#list();
    if (token.kind === "operator" && token.text === "{") return this.#dict();
    return this.fail(token.kind === "end" ? `unexpected '${token.text}'` : `unexpected '${token.text}'`);
  }

  #parentheses(): Expression {
    if (this.takeOperator(")")) return { type: "tuple", items: [] };
    const value = this.tuple();
    this.expectOperator(")");
    return value;
  }

  #list(): Expression {
    const items: Expression[] = [];
    while (!this.isOperator("]")) {
      items.push(this.expression());
      if (!this.takeOperator(",")) break;
    }
    this.expectOperator("]");
    return { type: "list", items };
  }

  #dict(): Expression {
    const pairs: [Expression, Expression][] = [];
    while (!this.isOperator("}")) {
      const key = this.expression();
      this.expectOperator(":");
      pairs.push([key, this.expression()]);
      if (!this.takeOperator(",")) break;
    }
    this.expectOperator("}");
    return { type: "dict", pairs };
  }

  #postfix(value: Expression): Expression {
    for (;;) {
      if (this.takeOperator(".")) {
        const token = this.next();
        if (token.kind === "name") {
          if (MUTATORS.has(token.text)) this.mutates = true;
          value = { type: "attribute", target: value, name: token.text };
        } else if (token.kind === "number" && /^[0-9]+$/.test(token.text))
          value = { type: "item", target: value, key: { type: "constant", value: token.value } };
        else this.fail("expected name or number");
      } else if (this.takeOperator("[")) value = this.#subscript(value);
      else if (this.takeOperator("(")) value = { type: "call", target: value, arguments: this.#arguments() };
      else return value;
    }
  }

  #subscript(target: Expression): Expression {
    const bound = () =>
      this.isOperator(":") || this.isOperator("]") || this.isOperator(",") ? undefined : this.expression();
    const start = bound();
    if (!this.isOperator(":")) {
      if (start === undefined) this.fail("expected subscript expression");
      const keys = [start];
      while (this.takeOperator(",")) keys.push(this.expression());
      this.expectOperator("]");
      return { type: "item", target, key: keys.length === 1 ? start : { type: "tuple", items: keys } };
    }
    this.expectOperator(":");
    const stop = bound();
    const step = this.takeOperator(":") ? bound() : undefined;
    this.expectOperator("]");
    return { type: "slice", target, start, stop, step };
  }

  #arguments(): CallArguments {
    const positional: Expression[] = [];
    const named: [string, Expression][] = [];
    let rest: Expression | undefined;
    let namedRest: Expression | undefined;
    while (!this.isOperator(")")) {
      if (this.takeOperator("**")) namedRest = this.expression();
      else if (this.takeOperator("*")) rest = this.expression();
      else if (this.current.kind === "name" && this.#isAssignment()) {
        const name = this.next().text;
        this.next();
        named.push([name, this.expression()]);
      } else {
        if (named.length > 0 || namedRest !== undefined) this.fail("invalid syntax for function call expression");
        positional.push(this.expression());
      }
      if (!this.takeOperator(",")) break;
    }
    this.expectOperator(")");
    return {
      positional,
      named,
      ...(rest === undefined ? {} : { rest }),
      ...(namedRest === undefined ? {} : { namedRest }),
    };
  }

  #isAssignment(): boolean {
    const token = this.#tokens[this.#at + 1];
    return token?.kind === "operator" && token.text === "=";
  }

  /** What follows a value: `| filter(…)`, `is test …`, and calls of those. */
  filters(value: Expression): Expression {
    for (;;) {
      if (this.takeOperator("|")) {
        const name = this.#dottedName();
        value = { type: "filter", input: value, name, arguments: this.#optionalArguments() };
      } else if (this.takeName("is")) value = this.#test(value);
      else if (this.takeOperator("(")) value = { type: "call", target: value, arguments: this.#arguments() };
      else return value;
    }
  }

  /** `filter(…) | filter(…)` applied to `value`, the first without its bar: what follows `{% filter`. */
  filterChain(value: Expression): Expression {
    const name = this.#dottedName();
    return this.filters({ type: "filter", input: value, name, arguments: this.#optionalArguments() });
  }

  #dottedName(): string {
    let name = this.expectName();
    while (this.takeOperator(".")) name += `.${this.expectName()}`;
    return name;
  }

  #optionalArguments(): CallArguments {
    return this.takeOperator("(") ? this.#arguments() : { positional: [], named: [] };
  }

  #test(input: Expression): Expression {
    const negated = this.takeName("not");
    const name = this.#dottedName();
    const token = this.current;
    let given: CallArguments = { positional: [], named: [] };
    const startsValue =
      token.kind === "string" ||
      token.kind === "number" ||
      (token.kind === "operator" && /^[[{]$/.test(token.text)) ||
      (token.kind === "name" && !["else", "or", "and"].includes(token.text));
    if (this.takeOperator("(")) given = this.#arguments();
    else if (startsValue) {
      if (this.isName("is")) this.fail("You cannot chain multiple tests with is");
      given = { positional: [this.#postfix(this.#testOperand())], named: [] };
    }
    return { type: "test", input, name, arguments: given, negated };
  }

  #testOperand(): Expression {
    return this.#primary();
  }
}
