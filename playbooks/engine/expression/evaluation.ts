import { arithmetic, contains } from "./arithmetic.ts";
import { TemplateReference } from "./block-reference.ts";
import type { Callable } from "./callable.ts";
import { deferred, ExpressionError, ExpressionLimitError, ExpressionSyntaxError, Undefined } from "./errors.ts";
import { filters } from "./filters/filters.ts";
import type { Plugin, PluginContext } from "./filters/plugin.ts";
import { ACCEPTING, globalFunction } from "./globals.ts";
import { Instance } from "./instance.ts";
import { methodOf } from "./methods.ts";
import { isMissing, MissingPluginError, told } from "./plugin-errors.ts";
import type { Scope } from "./scope.ts";
import { Range, Tuple, tupleOf } from "./sequences.ts";
import { checkArguments } from "./signatures.ts";
import type { CallArguments, Expression } from "./syntax.ts";
import { isTemplate, type Templar } from "./templar.ts";
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

  readonly #rendersConstants: boolean;

  /** `rendersConstants`: text literals that look like templates are such, as Ansible has it in conditions. */
  constructor(templar: Templar, scope: Scope, rendersConstants = false) {
    this.templar = templar;
    this.scope = scope;
    this.#rendersConstants = rendersConstants;
  }

  within(scope: Scope): Evaluation {
    return new Evaluation(this.templar, scope, this.#rendersConstants);
  }

  value(node: Expression): unknown {
    this.templar.step();
    switch (node.type) {
      case "constant":
        if (this.#rendersConstants && typeof node.value === "string")
          return this.templar.resolve(node.value, this.scope);
        return node.value;
      case "name":
        return this.#name(node.name);
      case "list":
        return node.items.map((item) => this.value(item));
      case "tuple":
        return tupleOf(node.items.map((item) => this.value(item)));
      case "dict":
        return this.#dict(node.pairs);
      case "concat":
        return this.#concat(node.parts);
      case "unary":
        return this.#unary(node.operator, this.value(node.operand));
      case "binary":
        return arithmetic(node.operator, this.value(node.left), this.value(node.right));
      case "logic": {
        const left = this.value(node.left);
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

  /** Calls what `target` gives, with one more argument by name. */
  callWith(target: Expression, given: CallArguments, [name, value]: readonly [string, unknown]): unknown {
    return this.#called(this.value(target), given, new Map([[name, value]]));
  }

  #dict(pairs: readonly (readonly [Expression, Expression])[]): Map<unknown, unknown> {
    const dict = new Map<unknown, unknown>();
    for (const [key, item] of pairs) {
      const wanted = keyOf(this.value(key));
      // True and 1 are one key; the first written stays.
      const same = typeof wanted === "boolean" ? Number(wanted) : wanted === 0 || wanted === 1 ? wanted === 1 : wanted;
      dict.set(dict.has(same) ? same : wanted, this.value(item));
    }
    return dict;
  }

  #concat(parts: readonly Expression[]): string {
    return parts
      .map((part) => {
        const value = this.value(part);
        return typeof value === "string" ? value : pythonString(shown(value));
      })
      .join("");
  }

  #name(name: string): unknown {
    const value = this.scope.get(name);
    if (value !== undefined) return value;
    if (name === "self")
      return new TemplateReference((block) => new Undefined(`no block named '${block}'`, false, block));
    return globalFunction(name, this) ?? new Undefined(`'${name}' is undefined`, false, name);
  }

  #unary(operator: string, value: unknown): unknown {
    if (operator === "not") return !truthy(value);
    if (value instanceof Undefined) throw value.error();
    const number = numeric(value);
    if (number === undefined) throw new ExpressionError(`bad operand type for unary ${operator}: '${typeName(value)}'`);
    if (typeof value === "bigint") return integerOf(operator === "-" ? -value : value);
    if (isInteger(value) || typeof value === "boolean") return operator === "-" ? 0 - number : number;
    return arithmetic("*", value, operator === "-" ? -1 : 1);
  }

  #compare(node: Expression & { type: "compare" }): boolean {
    let left = this.value(node.first);
    for (const { operator, operand } of node.rest) {
      const right = this.value(operand);
      if (!compared(operator, left, right)) return false;
      left = right;
    }
    return true;
  }

  #choice(node: Expression & { type: "choice" }): unknown {
    if (truthy(this.value(node.condition))) return this.value(node.yes);
    if (node.no !== undefined) return this.value(node.no);
    return new Undefined("the inline if-expression evaluated to false and no else section was defined.", true);
  }

  /** `target.name`: a method of its type, else the item of that name. */
  attribute(target: unknown, name: string): unknown {
    if (target instanceof Undefined) return target.isBlank ? blankAttribute(name) : target;
    const method = methodOf(target, name);
    if (method !== undefined) return method;
    if (isDict(target) && dictHas(target, name)) return dictGet(target, name);
    return noAttribute(target, name);
  }

  /** `target[key]`. */
  item(target: unknown, key: unknown): unknown {
    if (target instanceof Undefined) return target;
    if (key instanceof Undefined) throw key.error();
    if (isDict(target)) {
      if (isHashable(key) && dictHas(target, key)) return dictGet(target, key);
    } else if ((Array.isArray(target) || typeof target === "string") && (isInteger(key) || typeof key === "boolean")) {
      const items = Array.isArray(target) ? target : [...target];
      const value: unknown = items[Number(key) < 0 ? items.length + Number(key) : Number(key)];
      if (value !== undefined) return value;
    } else if (target instanceof Instance) {
      const value = target.item(key);
      if (value !== undefined) return value;
    }
    const method = typeof key === "string" ? methodOf(target, key) : undefined;
    if (method !== undefined) return method;
    return noAttribute(target, key);
  }

  #slice(node: Expression & { type: "slice" }): unknown {
    const target = this.value(node.target);
    if (target instanceof Undefined) return target;
    if (typeof target !== "string" && !Array.isArray(target))
      throw new ExpressionError(
        isDict(target) ? "unhashable type: 'slice'" : `'${typeName(target)}' object is not subscriptable`,
      );
    const bound = (part: Expression | undefined) => {
      const value = part === undefined ? null : this.used(part);
      if (value === null) return undefined;
      if (!isInteger(value))
        throw new ExpressionError("slice indices must be integers or None or have an __index__ method");
      return Number(value);
    };
    const items: readonly unknown[] = typeof target === "string" ? [...target] : target;
    const chosen = slice(items, bound(node.start), bound(node.stop), bound(node.step) ?? 1);
    if (target instanceof Range && target.length > 0) {
      const step = target.step * (bound(node.step) ?? 1);
      const first = chosen[0] === undefined ? target.stop : Number(chosen[0]);
      return Range.over(first, first + step * chosen.length, step);
    }
    if (target instanceof Tuple) return tupleOf(chosen);
    return typeof target === "string" ? chosen.join("") : chosen;
  }

  #call(node: Expression & { type: "call" }): unknown {
    const target = this.value(node.target);
    const isLookup = typeof target === "function" && ACCEPTING.has(target);
    return this.#called(target, isLookup ? this.#withConstants(node.arguments) : node.arguments, NOTHING);
  }

  /** A text literal among the terms of a lookup, not its name, is a template where it looks like one, as it was before there were expressions. */
  #withConstants(given: CallArguments): CallArguments {
    const isText = (part: Expression) => part.type === "constant" && typeof part.value === "string";
    const positional = given.positional.map((part, index) =>
      index > 0 && isText(part) && part.type === "constant" && isTemplate(part.value as string)
        ? { type: "constant" as const, value: this.templar.resolve(part.value, this.scope) }
        : part,
    );
    return { ...given, positional };
  }

  #called(target: unknown, given: CallArguments, extra: ReadonlyMap<string, unknown>): unknown {
    if (target instanceof Undefined) return target.isBlank ? deferred(target.error()) : target;
    const callable = target instanceof Instance ? target.call : target;
    // Macros take what is undefined as they take any value; all else is passed over for it, as lookups do for themselves.
    const accepts = target instanceof Instance || (typeof target === "function" && ACCEPTING.has(target));
    return this.#invoke(
      (positional, named) => {
        if (typeof callable !== "function") throw new ExpressionError(`'${typeName(target)}' object is not callable`);
        if (!accepts)
          for (const value of [...positional, ...named.values()]) if (value instanceof Undefined) return value;
        return (callable as Callable)(positional, named);
      },
      given,
      [],
      extra,
    );
  }

  #invoke(
    callable: Callable,
    given: CallArguments,
    before: readonly unknown[],
    extra: ReadonlyMap<string, unknown> = NOTHING,
  ): unknown {
    const positional = [...before];
    for (const part of given.positional) positional.push(this.value(part));
    if (given.rest !== undefined) positional.push(...itemsOf(this.value(given.rest)));
    let named = extra;
    if (given.named.length > 0 || given.namedRest !== undefined) {
      const all = new Map<string, unknown>(given.named.map(([name, part]) => [name, this.value(part)]));
      for (const [name, value] of extra) all.set(name, value);
      if (given.namedRest !== undefined) {
        const more = this.used(given.namedRest);
        if (!isDict(more)) throw new ExpressionError("argument after ** must be a mapping");
        for (const [name, value] of dictEntries(more)) all.set(pythonString(name), value);
      }
      named = all;
    }
    try {
      return callable(positional, named);
    } catch (error) {
      if (error instanceof ExpressionError && !(error instanceof ExpressionLimitError)) return deferred(error);
      throw error;
    }
  }

  #filter(node: Expression & { type: "filter" }): unknown {
    const filter = this.#find(filters, node.name, "filter");
    return this.#invoke(
      ([input, ...positional], named) =>
        listed(told("filter", node.name, () => this.#plugin(filter, input, positional, named))),
      node.arguments,
      [this.value(node.input)],
    );
  }

  #test(node: Expression & { type: "test" }): unknown {
    const test = this.#find(tests, node.name, "test");
    const result = this.#invoke(
      ([input, ...positional], named) => told("test", node.name, () => this.#plugin(test, input, positional, named)),
      node.arguments,
      [this.value(node.input)],
    );
    if (result instanceof Undefined) {
      if (node.negated) throw result.error();
      return result;
    }
    return truthy(result) !== node.negated;
  }

  applyFilter(name: string, input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown {
    try {
      const filter = this.#find(filters, name, "filter", true);
      return listed(told("filter", name, () => this.#plugin(filter, input, given, named)));
    } catch (error) {
      if (error instanceof ExpressionError && !isMissing(error) && !(error instanceof ExpressionLimitError))
        return deferred(error);
      throw error;
    }
  }

  applyTest(name: string, input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): boolean {
    const test = this.#find(tests, name, "test", true);
    const result = told("test", name, () => this.#plugin(test, input, given, named));
    if (result instanceof Undefined) throw result.error();
    return truthy(result);
  }

  #find<T>(table: ReadonlyMap<string, T>, name: string, kind: string, isLate = false): T {
    const found = table.get(name) ?? table.get(name.replace(/^ansible\.(builtin|legacy)\./, ""));
    if (found !== undefined) return found;
    const message = `No ${kind} named '${name}'.`;
    throw isLate ? new MissingPluginError(message) : new ExpressionSyntaxError(message);
  }

  #plugin(plugin: Plugin, input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown {
    if (plugin.acceptsUndefined !== true) {
      for (const value of [input, ...given, ...named.values()]) if (value instanceof Undefined) return value;
    }
    this.templar.step(Array.isArray(input) ? 1 + input.length : 1);
    if (plugin.signature !== undefined) checkArguments(plugin.name, plugin.signature, given, named);
    return plugin.apply(input, given, named, this);
  }
}

const NOTHING: ReadonlyMap<string, unknown> = new Map();

/** A filter gives lists, not ranges. */
function listed(value: unknown): unknown {
  return value instanceof Range ? [...value] : value;
}

/** What is written of a value by `~`. */
function shown(value: unknown): unknown {
  if (value instanceof Undefined && !value.isBlank) throw value.error();
  return value;
}

function isHashable(key: unknown): boolean {
  return !(Array.isArray(key) && !(key instanceof Tuple)) && !isDict(key);
}

function noAttribute(target: unknown, key: unknown): Undefined {
  const type = typeName(target);
  const name = typeof key === "string" ? key : undefined;
  if (key === "" || key === 0) return new Undefined(`${type} object has no element ${pythonRepr(key)}`, false, name);
  return new Undefined(`object of type '${type}' has no attribute ${pythonRepr(key)}`, false, name);
}

function blankAttribute(name: string): Undefined {
  return deferred(new ExpressionError(`'Undefined' object has no attribute '${name}'`));
}

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
