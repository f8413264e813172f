import type { ServerFacts } from "#inventory/schema/facts.ts";
import { type Quantity, type QuantityValue, quantities, quantityInWords } from "./quantities.ts";

export type Operator = ">=" | "<=" | ">" | "<" | "=" | "!=";

/** One test of a rule: `empty-disks >= 4`, `memory < 64 GB`, `os = debian`. */
export interface Condition {
  readonly name: string;
  readonly quantity: Quantity;
  readonly operator: Operator;
  readonly value: QuantityValue;
}

/** How a condition fares on one server. */
export interface Outcome {
  readonly condition: Condition;
  /** Null when the quantity is unknown there. */
  readonly holds: boolean | null;
  readonly actual: QuantityValue | null;
}

const PATTERN = /^\s*([a-z][a-z-]*)\s*(>=|<=|!=|>|<|=)\s*(.+?)\s*$/;
const POWERS: Readonly<Record<string, number>> = { kB: 1, MB: 2, GB: 3, TB: 4, PB: 5 };

/** A condition from its text, or what is wrong with it, in words. */
export function parseCondition(text: string): Condition | string {
  const match = PATTERN.exec(text);
  if (match === null) return `"${text}" is not a condition such as "empty-disks >= 4"`;
  const [, name = "", operator = "=", written = ""] = match;
  const quantity = Object.hasOwn(quantities, name) ? quantities[name] : undefined;
  if (quantity === undefined) return `there is no quantity "${name}"; known are ${Object.keys(quantities).join(", ")}`;
  const value = quantity.kind === "text" ? written : readNumber(written, quantity);
  if (value === undefined) return `"${written}" is not a value of ${name} (${exampleOf(quantity)})`;
  if (quantity.kind === "text" && operator !== "=" && operator !== "!=")
    return `${name} can only be compared by = or !=`;
  return { name, quantity, operator: operator as Operator, value };
}

/** How the condition fares on a server; `supposed` figures, by name, count over the facts. */
export function judge(
  condition: Condition,
  facts: ServerFacts,
  supposed?: ReadonlyMap<string, QuantityValue>,
): Outcome {
  const actual = supposed?.get(condition.name) ?? condition.quantity.read(facts);
  return { condition, actual, holds: actual === null ? null : compare(actual, condition.operator, condition.value) };
}

/** What must be so for the condition to hold, in words: `at least 4 empty disks`. */
export function conditionInWords(condition: Condition): string {
  return sayBound(condition.quantity, condition.operator, condition.value);
}

/** What must be so for the condition not to hold, in words: `fewer than 4 empty disks`. */
export function oppositeInWords(condition: Condition): string {
  const opposite = { ">=": "<", "<": ">=", ">": "<=", "<=": ">", "=": "!=", "!=": "=" } as const;
  return sayBound(condition.quantity, opposite[condition.operator], condition.value);
}

/** The nearest value with which the condition holds, or does not; undefined for words. */
export function thresholdOf({ operator, value, quantity }: Condition, holds: boolean): number | undefined {
  if (typeof value !== "number") return undefined;
  // Figures other than counts have no next value; the smallest step there is will do.
  const step = quantity.kind === "count" ? 1 : Number.EPSILON * Math.max(1, value);
  const [inside, outside] = {
    ">=": [value, value - step],
    "<=": [value, value + step],
    ">": [value + step, value],
    "<": [value - step, value],
    "=": [value, value + step],
    "!=": [value + step, value],
  }[operator];
  return holds ? inside : outside;
}

/** How far the server is from the condition's threshold, relative to it: 0 at it, infinite for words. */
export function distanceOf({ condition, actual }: Outcome): number {
  if (typeof actual !== "number" || typeof condition.value !== "number") return Number.POSITIVE_INFINITY;
  return Math.abs(actual - condition.value) / Math.max(Math.abs(condition.value), 1);
}

function compare(actual: QuantityValue, operator: Operator, value: QuantityValue): boolean {
  if (operator === "=") return actual === value;
  if (operator === "!=") return actual !== value;
  if (typeof actual !== "number" || typeof value !== "number") return false;
  if (operator === ">=") return actual >= value;
  if (operator === "<=") return actual <= value;
  return operator === ">" ? actual > value : actual < value;
}

function sayBound(quantity: Quantity, operator: Operator, value: QuantityValue): string {
  if (typeof value === "string") return `${quantity.title} ${operator === "=" ? "" : "not "}${value}`;
  const counts = quantity.kind === "count";
  if (
    counts &&
    ((operator === "<" && value === 1) || (operator === "<=" && value === 0) || (operator === "=" && value === 0))
  ) {
    return `no ${quantityInWords(quantity, 0).slice(2)}`;
  }
  if (counts && operator === "!=" && value === 0) return `any ${quantityInWords(quantity, 0).slice(2)}`;
  const words = {
    ">=": "at least",
    "<=": "at most",
    ">": "more than",
    "<": counts ? "fewer than" : "less than",
    "=": "exactly",
    "!=": "other than",
  } as const;
  return `${words[operator]} ${quantityInWords(quantity, value)}`;
}

function readNumber(text: string, quantity: Quantity): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:(kB|MB|GB|TB|PB)|(Mbit\/s|Gbit\/s))?$/.exec(text);
  if (match === null) return undefined;
  const [, digits = "", size, speed] = match;
  const number = Number(digits);
  if (quantity.kind === "count") return size === undefined && speed === undefined ? number : undefined;
  if (quantity.kind === "megabits") return speed === undefined ? undefined : number * (speed === "Gbit/s" ? 1000 : 1);
  if (size === undefined) return undefined;
  return number * (quantity.kind === "disk" ? 1000 : 1024) ** (POWERS[size] ?? 0);
}

function exampleOf(quantity: Quantity): string {
  if (quantity.kind === "count") return "a number";
  return quantity.kind === "megabits" ? "such as 10 Gbit/s" : "such as 64 GB";
}
