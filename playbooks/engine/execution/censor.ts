import { Secret } from "#inventory/kernel/secret.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Difference, ModuleResult } from "../../operations/operation.ts";
import { isDict, toPlain } from "../expression/values.ts";

const REDACTED = "[redacted]";
const MIN_LENGTH = 4;

/** What `no_log` leaves of a result, in Ansible's words. */
const HIDDEN = "the output has been hidden due to the fact that 'no_log: true' was specified for this result";

/** Keeps secrets out of everything that is told about a run: their own text and the forms it takes on its way. */
export class Censor {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  /** Takes note of every `Secret` in a value, at any depth. */
  learn(value: unknown): void {
    if (value instanceof Secret) this.#add(value.reveal());
    else if (Array.isArray(value)) for (const item of value) this.learn(item);
    else if (isDict(value))
      for (const item of value instanceof Map ? value.values() : Object.values(value)) this.learn(item);
  }

  #add(text: string): void {
    const forms = [text, text.trimEnd(), JSON.stringify(text).slice(1, -1), shellQuote(text), encodeURIComponent(text)];
    forms.push(Buffer.from(text).toString("base64"));
    const lines = text.split("\n").map((line) => line.trim());
    // The frame of a PEM text says nothing, and would hide the same line of others that are no secret.
    if (lines.length > 1) forms.push(...lines.filter((line) => line.length >= 16 && !line.startsWith("-----")));
    const before = this.#texts.size;
    for (const form of forms) if (form.length >= MIN_LENGTH) this.#texts.add(form);
    if (this.#texts.size === before) return;
    const sources = [...this.#texts]
      .sort((a, b) => b.length - a.length)
      .map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    this.#pattern = new RegExp(sources.join("|"), "g");
  }

  text(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, REDACTED);
  }

  /** A plain copy of any value with every secret replaced. */
  value(value: unknown): unknown {
    return this.#clean(toPlain(value));
  }

  #clean(value: unknown): unknown {
    if (this.#pattern === undefined) return value;
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#clean(item));
    if (isDict(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#clean(item)]));
    return value;
  }

  result(result: unknown, isHidden: boolean): ModuleResult {
    const plain = isDict(result) ? (toPlain(result) as ModuleResult) : {};
    if (isHidden) return hidden(plain);
    return this.#clean(plain) as ModuleResult;
  }

  differences(differences: readonly Difference[], isHidden: boolean): readonly Difference[] {
    return isHidden ? [] : (this.#clean(differences) as Difference[]);
  }
}

function hidden(result: ModuleResult): ModuleResult {
  const kept: Record<string, unknown> = { censored: HIDDEN };
  for (const key of ["changed", "failed", "unreachable", "attempts", "retries"])
    if (key in result && (key === "changed" || result[key] !== false)) kept[key] = result[key];
  if (Array.isArray(result["results"]))
    kept["results"] = result["results"].map((item: unknown) =>
      isDict(item) ? hidden(item as ModuleResult) : { censored: HIDDEN },
    );
  return kept;
}
