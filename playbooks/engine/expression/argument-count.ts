import { ExpressionError } from "./errors.ts";

/** Raises in Python's words where a method is given too few or too many arguments. */
export function checkCount(what: string, given: readonly unknown[], least: number, most = least): void {
  if (given.length >= least && given.length <= most) return;
  if (least === most) {
    const wanted = least === 0 ? "no arguments" : least === 1 ? "exactly one argument" : `exactly ${least} arguments`;
    throw new ExpressionError(`${what}() takes ${wanted} (${given.length} given)`);
  }
  const bound = given.length < least ? `at least ${least}` : `at most ${most}`;
  throw new ExpressionError(
    `${what} expected ${bound} argument${bound.endsWith(" 1") ? "" : "s"}, got ${given.length}`,
  );
}
