import type { FactReading, UnknownField } from "#inventory/schema/facts.ts";
import { cleanText } from "./printed.ts";

/** A thousand disks of which little is known. */
const MAX_FIELDS = 20_000;

/** Collects why fields of one reading are not known. */
export class Unknowns {
  readonly #fields: UnknownField[] = [];

  /** Notes that `field` is not known because of `reason`; null, to be put into that field. */
  because(field: string, reason: string): null {
    if (this.#fields.length < MAX_FIELDS) this.#fields.push({ field, reason: cleanText(reason) ?? "was not printed" });
    return null;
  }

  /** `value`, or null with its reason noted when there is none. */
  or<T>(field: string, value: T | null | undefined, reason: string): T | null {
    return value === null || value === undefined ? this.because(field, reason) : value;
  }

  reading<T>(value: T): FactReading<T> {
    return { value, unknown: this.#fields };
  }

  /** The reading of a fact of which nothing is known. */
  nothing<T>(reason: string): FactReading<T> {
    return { value: null, unknown: [{ field: "", reason }] };
  }
}
