import { ExpressionError, UndefinedError } from "../expression/errors.ts";
import type { Scope } from "../expression/scope.ts";
import type { Templar } from "../expression/templar.ts";

/** Conditions as `when` and its kin hold them: one, or a list of which all must hold. */
export function conditionList(written: unknown): readonly unknown[] {
  if (written === undefined || written === null) return [];
  return Array.isArray(written) ? (written as unknown[]) : [written];
}

/** Whether one condition holds. Raises an ExpressionError that says it was a condition. */
export function holds(condition: unknown, scope: Scope, templar: Templar): boolean {
  try {
    return templar.condition(condition, scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const message = `Error while evaluating conditional: ${error.message}`;
    throw error instanceof UndefinedError
      ? new UndefinedError(message)
      : new ExpressionError(message, { cause: error });
  }
}
