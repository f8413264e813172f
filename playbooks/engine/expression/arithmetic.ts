import { ExpressionError, Undefined } from "./errors.ts";
import { percentFormat } from "./text-format.ts";
import { dictHas, equals, floatOf, integerOf, isDict, isInteger, numeric, typeName } from "./values.ts";

const MAX_REPEATED = 1_000_000;

/** `left operator right` as Python works it out. */
export function arithmetic(operator: string, left: unknown, right: unknown): unknown {
  if (left instanceof Undefined) throw left.error();
  if (right instanceof Undefined) throw right.error();
  if (operator === "+") {
    if (typeof left === "string" && typeof right === "string") return left + right;
    if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  }
  if (operator === "*") {
    if (isSequence(left) && isWhole(right)) return repeat(left, right);
    if (isSequence(right) && isWhole(left)) return repeat(right, left);
  }
  if (operator === "%" && typeof left === "string") return percentFormat(left, right);
  const a = numeric(left);
  const b = numeric(right);
  if (a === undefined || b === undefined) throw unsupported(operator, left, right);
  if (isWhole(left) && isWhole(right)) return integers(operator, toBig(left), toBig(right), a, b);
  return floats(operator, a, b);
}

function unsupported(operator: string, left: unknown, right: unknown): ExpressionError {
  if (operator === "+" && typeof left === "string")
    return new ExpressionError(`can only concatenate str (not "${typeName(right)}") to str`);
  const shown = operator === "**" ? "** or pow()" : operator;
  return new ExpressionError(`unsupported operand type(s) for ${shown}: '${typeName(left)}' and '${typeName(right)}'`);
}

function isSequence(value: unknown): value is string | unknown[] {
  return typeof value === "string" || Array.isArray(value);
}

function isWhole(value: unknown): value is number | bigint | boolean {
  return isInteger(value) || typeof value === "boolean";
}

function toBig(value: number | bigint | boolean): bigint {
  return BigInt(value);
}

function repeat(value: string | unknown[], times: number | bigint | boolean): unknown {
  const count = Math.max(0, Number(times));
  if (value.length * count > MAX_REPEATED) throw new ExpressionError("the repetition is too large");
  if (typeof value === "string") return value.repeat(count);
  return Array.from({ length: count }, () => value).flat(1);
}

function integers(operator: string, a: bigint, b: bigint, x: number, y: number): unknown {
  switch (operator) {
    case "+":
      return integerOf(a + b);
    case "-":
      return integerOf(a - b);
    case "*":
      return integerOf(a * b);
    case "/":
      return floatOf(divide(x, y, "division by zero"));
    case "//":
      if (b === 0n) throw new ExpressionError("integer division or modulo by zero");
      return integerOf(a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n));
    case "%":
      if (b === 0n) throw new ExpressionError("integer modulo by zero");
      return integerOf(((a % b) + b) % b);
    default:
      if (b < 0n) return floatOf(x ** y);
      if (b > 4096n || a.toString().length * Number(b) > 20_000) throw new ExpressionError("the power is too large");
      return integerOf(a ** b);
  }
}

function floats(operator: string, a: number, b: number): unknown {
  switch (operator) {
    case "+":
      return floatOf(a + b);
    case "-":
      return floatOf(a - b);
    case "*":
      return floatOf(a * b);
    case "/":
      return floatOf(divide(a, b, "float division by zero"));
    case "//":
      return floatOf(Math.floor(divide(a, b, "float floor division by zero")));
    case "%":
      if (b === 0) throw new ExpressionError("float modulo");
      return floatOf(((a % b) + b) % b);
    default:
      return floatOf(a ** b);
  }
}

function divide(a: number, b: number, problem: string): number {
  if (b === 0) throw new ExpressionError(problem);
  return a / b;
}

/** `item in container`. */
export function contains(container: unknown, item: unknown): boolean {
  if (container instanceof Undefined) throw container.error();
  if (item instanceof Undefined) throw item.error();
  if (typeof container === "string") {
    if (typeof item !== "string")
      throw new ExpressionError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    return container.includes(item);
  }
  if (Array.isArray(container)) return container.some((member) => equals(member, item));
  if (isDict(container)) return dictHas(container, item);
  throw new ExpressionError(`argument of type '${typeName(container)}' is not iterable`);
}
