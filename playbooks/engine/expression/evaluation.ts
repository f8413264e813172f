import { arithmetic, contains } from "./arithmetic.ts";
import type { Callable } from "./callable.ts";
import { ExpressionError, ExpressionSyntaxError, Undefined, UndefinedError } from "./errors.ts";
import { filters } from "./filters/filters.ts";
import type { PluginContext } from "./filters/plugin.ts";
import { globalFunction } from "./globals.ts";
import { methodOf } from "./methods.ts";
import { Rendering } from "./rendering.ts";
import { LocalScope, type Scope } from "./scope.ts";
import type { CallArguments, Expression, TemplateNode } from "./syntax.ts";
import type { Templar } from "./templar.ts";
import { tests } from "./tests.ts";
import {
  compare,
  dictEntries,
  dictGet,
  dictHas,
  equals,
  integerOf,
  isDict,
  isInteger,
  itemsOf,
  keyOf,
  numeric,
  pythonRepr,
  pythonString,
  truthy,
  typeName,
} from "./values.ts";

/** One evaluation: an expression tree and the names it sees. */
export class Evaluation implements PluginContext {
  readonly templar: Templar;
  readonly scope: Scope;

  constructor(templar: Templar, scope: Scope) {
    this.templar = templar;
    this.scope = scope;
  }

  within(scope: Scope): Evaluation {
    return new Evaluation(this.templar, scope);
  }

  /** A template's native value: that of its only part, else the text of all. */
  native(nodes: readonly TemplateNode[]): unknown {
    return new Rendering(this.within(new LocalScope(this.scope))).native(nodes);
  }

  text(nodes: readonly TemplateNode[]): string {
    return new Rendering(this.within(new LocalScope(this.scope))).text(nodes);
  }

  value(node: Expression): unknown {
    this.templar.step();
    switch (node.type) {
      case "constant":
        return node.value;
      case "name":
        return this.#name(node.name);
      case "list":
        return node.items.map((item) => this.value(item));
      case "dict":
        return new Map(node.pairs.map(([key, item]) => [keyOf(this.used(key)), this.value(item)]));
      case "concat":
        return node.parts.map((part) => pythonString(this.used(part))).join("");
      case "unary":
        return this.#unary(node.operator, this.used(node.operand));
      case "binary":
        return arithmetic(node.operator, this.used(node.left), this.used(node.right));
      case "logic": {
        const left = this.used(node.left);
        return truthy(left) === (node.operator === "or") ? left : this.value(node.right);
      }
      case "compare":
        return this.#compare(node);
      case "choice":
        return this.#choice(node);
      case "attribute":
        return this.attribute(this.value(node.target), node.name);
      case "item":
        return this.item(this.value(node.target), this.value(node.key));
      case "slice":
        return this.#slice(node);
      case "call":
        return this.#call(node);
      case "filter":
        return this.#filter(node);
      case "test":
        return this.#test(node);
    }
  }

  /** The value, which must be defined. */
  used(node: Expression): unknown {
    const value = this.value(node);
    if (value instanceof Undefined) throw value.error();
    return value;
  }

  #name(name: string): unknown {
    const value = this.scope.get(name);
    if (value !== undefined) return value;
    return globalFunction(name, this) ?? new Undefined(`'${name}' is undefined`);
  }

  #unary(operator: string, value: unknown): unknown {
    if (operator === "not") return !truthy(value);
    const number = numeric(value);
    if (number === undefined) throw new ExpressionError(`bad operand type for unary ${operator}: '${typeName(value)}'`);
    if (typeof value === "bigint") return integerOf(operator === "-" ? -value : value);
    if (isInteger(value) || typeof value === "boolean") return operator === "-" ? 0 - number : number;
    return arithmetic("*", value, operator === "-" ? -1 : 1);
  }

  #compare(node: Expression & { type: "compare" }): boolean {
    let left = this.used(node.first);
    for (const { operator, operand } of node.rest) {
      const right = this.used(operand);
      if (!compared(operator, left, right)) return false;
      left = right;
    }
    return true;
  }

  #choice(node: Expression & { type: "choice" }): unknown {
    if (truthy(this.used(node.condition))) return this.value(node.yes);
    if (node.no !== undefined) return this.value(node.no);
    return new Undefined("the inline if-expression evaluated to false and no else section was defined.", true);
  }

  /** `target.name`: a method of its type, else the item of that name. */
  attribute(target: unknown, name: string): unknown {
    if (target instanceof Undefined) return target;
    const method = methodOf(target, name);
    if (method !== undefined) return method;
    if (isDict(target) && dictHas(target, name)) return dictGet(target, name);
    return new Undefined(`object of type '${typeName(target)}' has no attribute '${name}'`);
  }

  /** `target[key]`. */
  item(target: unknown, key: unknown): unknown {
    if (target instanceof Undefined) return target;
    if (key instanceof Undefined) return key;
    if (isDict(target)) {
      if (dictHas(target, key)) return dictGet(target, key);
    } else if ((Array.isArray(target) || typeof target === "string") && isInteger(key)) {
      const items = Array.isArray(target) ? target : [...target];
      const value: unknown = items[Number(key) < 0 ? items.length + Number(key) : Number(key)];
      if (value !== undefined) return value;
    }
    const method = typeof key === "string" ? methodOf(target, key) : undefined;
    if (method !== undefined) return method;
    return new Undefined(`object of type '${typeName(target)}' has no attribute ${pythonRepr(key)}`);
  }

  #slice(node: Expression & { type: "slice" }): unknown {
    const target = this.value(node.target);
    if (target instanceof Undefined) return target;
    if (typeof target !== "string" && !Array.isArray(target))
      return new Undefined(`object of type '${typeName(target)}' has no attribute slice`);
    const bound = (part: Expression | undefined) => {
      const value = part === undefined ? null : this.used(part);
      if (value === null) return undefined;
      if (!isInteger(value))
        throw new ExpressionError("slice indices must be integers or None or have an __index__ method");
      return Number(value);
    };
    const items: readonly unknown[] = typeof target === "string" ? [...target] : target;
    const chosen = slice(items, bound(node.start), bound(node.stop), bound(node.step) ?? 1);
    return typeof target === "string" ? chosen.join("") : chosen;
  }

  #call(node: Expression & { type: "call" }): unknown {
    const target = this.value(node.target);
    if (target instanceof Undefined) return target;
    if (typeof target !== "function") throw new ExpressionError(`'${typeName(target)}' object is not callable`);
    return this.#invoke(target as Callable, node.arguments, []);
  }

  #invoke(callable: Callable, given: CallArguments, before: readonly unknown[]): unknown {
    const positional = [...before, ...given.positional.map((part) => this.value(part))];
    if (given.rest !== undefined) positional.push(...itemsOf(this.used(given.rest)));
    const named = new Map<string, unknown>(given.named.map(([name, part]) => [name, this.value(part)]));
    if (given.namedRest !== undefined) {
      const more = this.used(given.namedRest);
      if (!isDict(more)) throw new ExpressionError("argument after ** must be a mapping");
      for (const [name, value] of dictEntries(more)) named.set(pythonString(name), value);
    }
    try {
      return callable(positional, named);
    } catch (error) {
      if (error instanceof UndefinedError) return new Undefined(error.message);
      throw error;
    }
  }

  #filter(node: Expression & { type: "filter" }): unknown {
    const filter = this.#find(filters, node.name, "filter");
    return this.#invoke(
      ([input, ...positional], named) => this.#plugin(filter, input, positional, named),
      node.arguments,
      [this.value(node.input)],
    );
  }

  #test(node: Expression & { type: "test" }): unknown {
    const test = this.#find(tests, node.name, "test");
    const result = this.#invoke(
      ([input, ...positional], named) => this.#plugin(test, input, positional, named),
      node.arguments,
      [this.value(node.input)],
    );
    if (result instanceof Undefined) return result;
    return truthy(result) !== node.negated;
  }

  applyFilter(name: string, input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown {
    return this.#plugin(this.#find(filters, name, "filter"), input, given, named);
  }

  applyTest(name: string, input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): boolean {
    const result = this.#plugin(this.#find(tests, name, "test"), input, given, named);
    if (result instanceof Undefined) throw result.error();
    return truthy(result);
  }

  #find<T>(table: ReadonlyMap<string, T>, name: string, kind: string): T {
    const short = name.replace(/^ansible\.(builtin|legacy)\./, "");
    const found = table.get(short);
    if (found === undefined) throw new ExpressionSyntaxError(`No ${kind} named '${name}'.`);
    return found;
  }

  #plugin(
    plugin: { readonly acceptsUndefined?: boolean; readonly apply: PluginApply },
    input: unknown,
    given: readonly unknown[],
    named: ReadonlyMap<string, unknown>,
  ): unknown {
    if (plugin.acceptsUndefined !== true) {
      for (const value of [input, ...given, ...named.values()]) if (value instanceof Undefined) return value;
    }
    this.templar.step(Array.isArray(input) ? 1 + input.length : 1);
    return plugin.apply(input, given, named, this);
  }
}

type PluginApply = (
  input: unknown,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  context: PluginContext,
) => unknown;

function compared(operator: string, left: unknown, right: unknown): boolean {
  switch (operator) {
    case "==":
      return equals(left, right);
    case "!=":
      return !equals(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    case "<":
      return compare(left, right, operator) < 0;
    case "<=":
      return compare(left, right, operator) <= 0;
    case ">":
      return compare(left, right, operator) > 0;
    default:
      return compare(left, right, operator) >= 0;
  }
}

function slice(
  items: readonly unknown[],
  start: number | undefined,
  stop: number | undefined,
  step: number,
): unknown[] {
  if (step === 0) throw new ExpressionError("slice step cannot be zero");
  const size = items.length;
  const clamp = (value: number) => {
    const at = value < 0 ? value + size : value;
    return step > 0 ? Math.min(Math.max(at, 0), size) : Math.min(Math.max(at, -1), size - 1);
  };
  const from = start === undefined ? (step > 0 ? 0 : size - 1) : clamp(start);
  const to = stop === undefined ? (step > 0 ? size : -1) : clamp(stop);
  const chosen: unknown[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) chosen.push(items[at]);
  return chosen;
}
