import { bind } from "./callable.ts";
import { ExpressionError } from "./errors.ts";
import { textArgument } from "./methods.ts";
import { pythonRegExp } from "./regular-expression.ts";
import type { Judge } from "./tests.ts";
import { pythonString, truthy } from "./values.ts";

/** Tests by regular expression. */
export const regularExpressionTests: Readonly<Record<string, Judge>> = {
  match: (input, given, named) => matches(input, given, named, "match"),
  search: (input, given, named) => matches(input, given, named, "search"),
  regex: (input, given, named) =>
    matches(input, given.slice(0, 3), named, pythonString(named.get("match_type") ?? given[3] ?? "search")),
};

function matches(
  input: unknown,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  kind: string,
): boolean {
  const bound = bind("regex", ["pattern", "ignorecase", "multiline", "match_type"], given, named);
  const flags = `${truthy(bound.get("ignorecase") ?? false) ? "i" : ""}${truthy(bound.get("multiline") ?? false) ? "m" : ""}`;
  const pattern = pythonRegExp(textArgument(bound.get("pattern") ?? ""), flags);
  const text = pythonString(input);
  switch (kind) {
    case "search":
      return pattern.test(text);
    case "match":
      return new RegExp(pattern.source, pattern.flags.replace("g", "y")).test(text);
    case "fullmatch": {
      const whole = new RegExp(`(?:${pattern.source})(?![\\s\\S])`, pattern.flags.replace("g", "y"));
      return whole.test(text);
    }
    default:
      throw new ExpressionError(`'str' object is not callable: a regular expression has no way to match '${kind}'`);
  }
}
