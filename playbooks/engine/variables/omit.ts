import { omit } from "../expression/omit.ts";
import { dictEntries, isDict, makeDict } from "../expression/values.ts";

export { omit };

/** `value` without what is to be omitted, at any depth. */
export function withoutOmitted(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== omit).map(withoutOmitted);
  if (isDict(value))
    return makeDict(
      dictEntries(value)
        .filter(([, item]) => item !== omit)
        .map(([key, item]) => [key, withoutOmitted(item)] as const),
    );
  return value;
}
