import { ExpressionError, ExpressionLimitError, UndefinedError } from "./errors.ts";

/** What a filter or test gives; what it cannot do is told with its full name. */
export function told(kind: "filter" | "test", name: string, call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ExpressionError) || isPassedOn(error)) throw error;
    const full = name.includes(".") ? name : `ansible.builtin.${name}`;
    throw new ExpressionError(`The ${kind} plugin '${full}' failed: ${error.message}`, { cause: error });
  }
}

function isPassedOn(error: ExpressionError): boolean {
  return isMissing(error) || error instanceof ExpressionLimitError || error instanceof UndefinedError;
}

/** A filter or test named by a value, as in `map('name')`, that there is not. */
export class MissingPluginError extends ExpressionError {}

export function isMissing(error: ExpressionError): boolean {
  return error instanceof MissingPluginError;
}
