import { inspect } from "node:util";

const REDACTED = "[redacted]";

/**
 * A value that must never be seen: it prints as `[redacted]` through `String`, `JSON.stringify`, template literals and
 * `console.log`. The only way to the value is {@link Secret.reveal}, so that every use can be found by searching for it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** `text` with every occurrence of each secret replaced by `[redacted]`. Secrets shorter than four characters are left. */
export function redact(text: string, secrets: readonly Secret[]): string {
  let result = text;
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value.length >= 4) result = result.replaceAll(value, REDACTED);
  }
  return result;
}
