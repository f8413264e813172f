import type { Callable } from "./callable.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { Instance } from "./instance.ts";
import { tupleOf } from "./sequences.ts";
import type { MacroNode } from "./template-syntax.ts";

/** A `{% macro %}` as a value. `render` is given the values of all names it binds; missing ones are left out. */
export class Macro extends Instance {
  readonly typeName = "Macro";
  readonly #node: MacroNode;
  readonly #render: (bound: ReadonlyMap<string, unknown>) => unknown;

  constructor(node: MacroNode, render: (bound: ReadonlyMap<string, unknown>) => unknown) {
    super();
    this.#node = node;
    this.#render = render;
  }

  override attribute(name: string): unknown {
    switch (name) {
      case "name":
        return this.#node.name;
      case "arguments":
        return tupleOf(this.#node.parameters.map((parameter) => parameter.name));
      case "catch_varargs":
        return this.#node.takesVarargs;
      case "catch_kwargs":
        return this.#node.takesKwargs;
      case "caller":
        return this.#node.takesCaller;
      default:
        return undefined;
    }
  }

  override get call(): Callable {
    return (given, named) => this.#render(this.#bound(given, named));
  }

  #bound(given: readonly unknown[], named: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
    const { name, parameters, takesCaller, takesKwargs, takesVarargs } = this.#node;
    const rest = new Map(named);
    const bound = new Map<string, unknown>();
    for (const [index, parameter] of parameters.entries()) {
      if (index < given.length) bound.set(parameter.name, given[index]);
      else if (rest.has(parameter.name)) {
        bound.set(parameter.name, rest.get(parameter.name));
        rest.delete(parameter.name);
      }
    }
    if (takesCaller && !bound.has("caller")) {
      bound.set("caller", rest.get("caller") ?? new Undefined("No caller defined"));
      rest.delete("caller");
    }
    if (takesKwargs) bound.set("kwargs", rest);
    else if (rest.has("caller"))
      throw new ExpressionError(
        `macro '${name}' was invoked with two values for the special caller argument. This is most likely a bug.`,
      );
    else for (const [extra] of rest) throw new ExpressionError(`macro '${name}' takes no keyword argument '${extra}'`);
    if (takesVarargs) bound.set("varargs", tupleOf(given.slice(parameters.length)));
    else if (given.length > parameters.length)
      throw new ExpressionError(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
    return bound;
  }
}
