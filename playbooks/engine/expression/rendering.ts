import { bind, type Callable } from "./callable.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { LocalScope } from "./scope.ts";
import type { Expression, TemplateNode } from "./syntax.ts";
import { isDict, itemsOf, pythonString, Range, toFinal, truthy } from "./values.ts";

const MAX_TEXT = 64 * 1024 * 1024;

type Signal = "break" | "continue" | undefined;

/** Runs a template's statements and collects what they put out. */
export class Rendering {
  readonly #evaluation: Evaluation;

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation;
  }

  native(nodes: readonly TemplateNode[]): unknown {
    const only = nodes.length === 1 ? nodes[0] : undefined;
    if (only?.type === "output") return this.#evaluation.value(only.expression);
    const parts = this.#collect(nodes).filter(isShown);
    if (parts.length === 0) return null;
    return parts.length === 1 ? parts[0] : joined(parts);
  }

  text(nodes: readonly TemplateNode[]): string {
    return joined(this.#collect(nodes).filter(isShown));
  }

  #collect(nodes: readonly TemplateNode[]): unknown[] {
    const out: unknown[] = [];
    this.#run(nodes, this.#evaluation, out);
    return out;
  }

  #run(nodes: readonly TemplateNode[], evaluation: Evaluation, out: unknown[]): Signal {
    for (const node of nodes) {
      const signal = this.#node(node, evaluation, out);
      if (signal !== undefined) return signal;
    }
    return undefined;
  }

  #node(node: TemplateNode, evaluation: Evaluation, out: unknown[]): Signal {
    evaluation.templar.step();
    switch (node.type) {
      case "text":
        out.push(node.text);
        return undefined;
      case "output":
        out.push(evaluation.value(node.expression));
        return undefined;
      case "if": {
        const branch = node.branches.find(({ condition }) => truthy(evaluation.used(condition)));
        return this.#run(branch?.body ?? node.otherwise, evaluation, out);
      }
      case "for":
        return this.#for(node, evaluation, out);
      case "set":
        assign(node.targets, evaluation.value(node.value), evaluation);
        return undefined;
      case "set-block": {
        const text = this.#block(node.body, evaluation, node.filter);
        assign([node.target], text, evaluation);
        return undefined;
      }
      case "with": {
        const scope = new LocalScope(evaluation.scope);
        for (const [name, value] of node.bindings) scope.set(name, evaluation.value(value));
        return this.#run(node.body, evaluation.within(scope), out);
      }
      case "filter-block":
        out.push(this.#block(node.body, evaluation, node.filter));
        return undefined;
      case "macro":
        assign([node.name], this.#macro(node, evaluation), evaluation);
        return undefined;
      default:
        return node.type;
    }
  }

  #block(body: readonly TemplateNode[], evaluation: Evaluation, filter: Expression | undefined): unknown {
    const parts: unknown[] = [];
    this.#run(body, evaluation.within(new LocalScope(evaluation.scope)), parts);
    const text = joined(parts.filter(isShown));
    if (filter === undefined) return text;
    return evaluation.within(new LocalScope(evaluation.scope, [["\0block", text]])).value(filter);
  }

  #for(node: TemplateNode & { type: "for" }, evaluation: Evaluation, out: unknown[]): Signal {
    let items = [...itemsOf(evaluation.used(node.items))];
    const bound = (item: unknown, loop?: unknown) => {
      const scope = new LocalScope(evaluation.scope, loop === undefined ? [] : [["loop", loop]]);
      const inner = evaluation.within(scope);
      assign(node.targets, item, inner);
      return inner;
    };
    const { condition } = node;
    if (condition !== undefined) items = items.filter((item) => truthy(bound(item).used(condition)));
    if (items.length === 0) return this.#run(node.otherwise, evaluation, out);
    for (const [index, item] of items.entries()) {
      evaluation.templar.step();
      const signal = this.#run(node.body, bound(item, loopVariable(items, index)), out);
      if (signal === "break") break;
    }
    return undefined;
  }

  #macro(node: TemplateNode & { type: "macro" }, evaluation: Evaluation): Callable {
    const names = node.parameters.map((parameter) => parameter.name);
    return (given, named) => {
      const values = bind(node.name, names, given, named);
      const scope = new LocalScope(evaluation.scope);
      for (const parameter of node.parameters) {
        const otherwise = () =>
          parameter.default === undefined
            ? new Undefined(`parameter '${parameter.name}' was not provided`)
            : evaluation.within(scope).value(parameter.default);
        scope.set(parameter.name, values.has(parameter.name) ? values.get(parameter.name) : otherwise());
      }
      const parts: unknown[] = [];
      this.#run(node.body, evaluation.within(scope), parts);
      return joined(parts.filter(isShown));
    };
  }
}

/** The `loop` of a `{% for %}`. */
function loopVariable(items: readonly unknown[], index: number): ReadonlyMap<string, unknown> {
  const cycle: Callable = (given) => given[index % given.length];
  return new Map<string, unknown>([
    ["index", index + 1],
    ["index0", index],
    ["revindex", items.length - index],
    ["revindex0", items.length - index - 1],
    ["first", index === 0],
    ["last", index === items.length - 1],
    ["length", items.length],
    ["depth", 1],
    ["depth0", 0],
    ["previtem", items[index - 1] ?? new Undefined("there is no previous item")],
    ["nextitem", items[index + 1] ?? new Undefined("there is no next item")],
    ["cycle", cycle],
  ]);
}

function assign(targets: readonly string[], value: unknown, evaluation: Evaluation): void {
  const { scope } = evaluation;
  if (!(scope instanceof LocalScope) || targets.length === 0) return;
  const [only = ""] = targets;
  if (targets.length === 1) {
    const [name = "", attribute] = only.split(".");
    if (attribute === undefined) scope.set(only, value);
    else {
      const holder = scope.get(name);
      if (!(holder instanceof Map) || !isDict(holder))
        throw new ExpressionError("cannot assign attribute on non-namespace object");
      holder.set(attribute, value);
    }
    return;
  }
  const parts = itemsOf(value);
  if (parts.length !== targets.length)
    throw new ExpressionError(
      parts.length > targets.length
        ? `too many values to unpack (expected ${targets.length})`
        : `not enough values to unpack (expected ${targets.length}, got ${parts.length})`,
    );
  targets.forEach((target, index) => {
    scope.set(target, parts[index]);
  });
}

/** None and an inline `if` without its `else` put out nothing. */
function isShown(part: unknown): boolean {
  return part !== null && !(part instanceof Undefined && part.isBlank);
}

function joined(parts: readonly unknown[]): string {
  let text = "";
  for (const part of parts) {
    text += pythonString(typeof part === "string" || part instanceof Range ? part : toFinal(part));
    if (text.length > MAX_TEXT) throw new ExpressionError("the template's text is too large");
  }
  return text;
}
