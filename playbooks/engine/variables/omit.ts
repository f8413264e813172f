import { dictEntries, isDict, makeDict } from "../expression/values.ts";

/** The value of `omit`: an argument given it is as if it were not written. */
class Omit {
  toString(): string {
    return "<<Omit>>";
  }
}

export const omit: unknown = Object.freeze(new Omit());

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
