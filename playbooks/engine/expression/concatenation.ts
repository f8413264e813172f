import { ExpressionLimitError, Undefined } from "./errors.ts";
import { Instance } from "./instance.ts";
import { omit } from "./omit.ts";
import { Range } from "./sequences.ts";
import { dictEntries, isDict, makeDict, pythonString } from "./values.ts";

const MAX_TEXT = 64 * 1024 * 1024;

/** What the pieces a template put out make: nothing at all None, one itself, several a text. */
export function concatenated(parts: readonly unknown[]): unknown {
  const shown = parts.filter((part) => part !== null);
  if (shown.length === 0) return null;
  return shown.length === 1 ? shown[0] : joined(shown);
}

/** The pieces as one text. Raises where something in them is undefined. */
export function joined(parts: readonly unknown[]): string {
  let text = "";
  for (const part of parts) {
    if (part === null || part === omit) continue;
    text += typeof part === "string" ? part : pythonString(settled(part));
    if (text.length > MAX_TEXT) throw new ExpressionLimitError("the template's text is too large");
  }
  return text;
}

/** As it is written in a text: lists for tuples, without what is omitted; what could not be kept is written all the same. */
function settled(value: unknown): unknown {
  if (value instanceof Undefined) {
    if (value.isBlank) return "";
    throw value.error();
  }
  if (value instanceof Range || value instanceof Instance) return value;
  if (Array.isArray(value)) return value.filter((item) => item !== omit).map(settled);
  if (isDict(value)) {
    const kept = dictEntries(value).filter(([, item]) => item !== omit);
    return makeDict(kept.map(([key, item]) => [key, settled(item)] as const));
  }
  return value;
}
