import type { RawVariables } from "./inventory.ts";

/** What sources that work with expressions (`constructed`, `generator`) need of the expression language, which lies above. */
export interface InventoryTemplating {
  /** The final value of an expression. Throws where it or anything in it is undefined. */
  expression(source: string, variables: RawVariables): unknown;
  /** Whether a condition holds. Throws unless it gives a boolean. */
  condition(source: unknown, variables: RawVariables): boolean;
  /** The final value of a text that may be a template. */
  template(text: string, variables: RawVariables): unknown;
  /** A value as text, as `str()` of Python writes it. */
  text(value: unknown): string;
}
