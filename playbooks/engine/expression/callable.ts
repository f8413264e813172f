import { ExpressionError } from "./errors.ts";

/** Anything an expression may call; arguments as given, by position and by name. */
export type Callable = (positional: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown;

/** Arguments bound to parameter names as Python binds them; a missing one is left out. Raises on too many or unknown ones. */
export function bind(
  what: string,
  parameters: readonly string[],
  positional: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> {
  if (positional.length > parameters.length) {
    throw new ExpressionError(
      `${what}() takes at most ${parameters.length} arguments but ${positional.length} were given`,
    );
  }
  const bound = new Map<string, unknown>();
  positional.forEach((value, index) => {
    bound.set(parameters[index] ?? "", value);
  });
  for (const [name, value] of named) {
    if (!parameters.includes(name)) throw new ExpressionError(`${what}() got an unexpected keyword argument '${name}'`);
    if (bound.has(name)) throw new ExpressionError(`${what}() got multiple values for argument '${name}'`);
    bound.set(name, value);
  }
  return bound;
}

/** A callable that looks at positional arguments only. */
export function flexible(call: (given: readonly unknown[]) => unknown): Callable {
  return (positional) => call(positional);
}
