import { ExpressionError, ExpressionLimitError, Undefined } from "./errors.ts";
import { Instance } from "./instance.ts";
import { Range, Tuple, tupleOf } from "./sequences.ts";
import { percentFormat } from "./text-format.ts";
import { dictHas, equals, floatOf, integerOf, isDict, isInteger, itemsOf, numeric, typeName } from "./values.ts";

const MAX_REPEATED = 1_000_000;

/** `left operator right` as Python works it out. */
export function arithmetic(operator: string, left: unknown, right: unknown): unknown {
  if (left instanceof Undefined) throw left.error();
  if (typeof left === "string" && operator === "%") return percentFormat(left, right);
  if (right instanceof Undefined) throw right.error();
  if (operator === "+") {
    if (typeof left === "string" && typeof right === "string") return left + right;
    if (isSequence(left) && isSequence(right) && typeName(left) === typeName(right)) return added(left, right);
  }
  if (operator === "*") {
    if (isSequence(left) && isWhole(right)) return repeat(left, right);
    if (isSequence(right) && isWhole(left)) return repeat(right, left);
  }
  if (left instanceof Instance || right instanceof Instance) {
    const result =
      (left instanceof Instance ? left.operate(operator, right, true) : undefined) ??
      (right instanceof Instance ? right.operate(operator, left, false) : undefined);
    if (result !== undefined) return result;
  }
  const a = numeric(left);
  const b = numeric(right);
  if (a === undefined || b === undefined) throw unsupported(operator, left, right);
  if (isWhole(left) && isWhole(right)) return integers(operator, left, right, a, b);
  return floats(operator, a, b, left, right);
}

function unsupported(operator: string, left: unknown, right: unknown): ExpressionError {
  if (operator === "+" && isSequence(left))
    return new ExpressionError(
      `can only concatenate ${typeName(left)} (not "${typeName(right)}") to ${typeName(left)}`,
    );
  if (operator === "*" && (isSequence(left) || isSequence(right)))
    return new ExpressionError(
      `can't multiply sequence by non-int of type '${typeName(isSequence(left) ? right : left)}'`,
    );
  const shown = operator === "**" ? "** or pow()" : operator;
  return new ExpressionError(`unsupported operand type(s) for ${shown}: '${typeName(left)}' and '${typeName(right)}'`);
}

function isSequence(value: unknown): value is string | unknown[] {
  return typeof value === "string" || (Array.isArray(value) && !(value instanceof Range));
}

function isWhole(value: unknown): value is number | bigint | boolean {
  return isInteger(value) || typeof value === "boolean";
}

function added(left: string | unknown[], right: string | unknown[]): unknown {
  const items = [...left, ...right];
  return left instanceof Tuple ? tupleOf(items) : items;
}

function repeat(value: string | unknown[], times: number | bigint | boolean): unknown {
  const count = Math.max(0, Number(times));
  if (value.length * count > MAX_REPEATED) throw new ExpressionLimitError("the repetition is too large");
  if (typeof value === "string") return value.repeat(count);
  const items: unknown[] = [];
  for (let turn = 0; turn < count; turn++) for (const item of value) items.push(item);
  return value instanceof Tuple ? tupleOf(items) : items;
}

function integers(
  operator: string,
  left: number | bigint | boolean,
  right: number | bigint | boolean,
  x: number,
  y: number,
): unknown {
  if (operator === "+" && Number.isSafeInteger(x + y)) return x + y;
  if (operator === "-" && Number.isSafeInteger(x - y)) return x - y;
  const [a, b] = [BigInt(left), BigInt(right)];
  switch (operator) {
    case "+":
      return integerOf(a + b);
    case "-":
      return integerOf(a - b);
    case "*":
      return integerOf(a * b);
    case "/":
      if (b === 0n) throw new ExpressionError("division by zero");
      return floatOf(quotient(a, b, x, y));
    case "//":
      if (b === 0n) throw new ExpressionError("integer division or modulo by zero");
      return integerOf(a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n));
    case "%":
      if (b === 0n) throw new ExpressionError("integer modulo by zero");
      return integerOf(((a % b) + b) % b);
    default:
      return power(a, b, x, y);
  }
}

/** The nearest float to `a / b`, also where one of them is none. */
function quotient(a: bigint, b: bigint, x: number, y: number): number {
  if (Number.isSafeInteger(x) && Number.isSafeInteger(y)) return x / y;
  const negative = a < 0n !== b < 0n;
  const [up, down] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const shift = BigInt(Math.max(0, down.toString(2).length - up.toString(2).length + 66));
  const whole = (up << shift) / down;
  const exact = Number(whole | ((up << shift) % down === 0n ? 0n : 1n));
  const result = exact / 2 ** Number(shift);
  if (!Number.isFinite(result)) throw new ExpressionError("integer division result too large for a float");
  return negative ? -result : result;
}

function power(a: bigint, b: bigint, x: number, y: number): unknown {
  if (b < 0n) {
    if (a === 0n) throw new ExpressionError("0.0 cannot be raised to a negative power");
    return floatOf(x ** y);
  }
  if (a === 0n || a === 1n || a === -1n) return integerOf(a ** (b > 1n ? (b % 2n) + 2n : b));
  if (b > 65_536n || a.toString().length * Number(b) > 20_000) throw new ExpressionLimitError("the power is too large");
  return integerOf(a ** b);
}

function floats(operator: string, a: number, b: number, left: unknown, right: unknown): unknown {
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
      divide(a, b, "float floor division by zero");
      return floatOf(Math.floor((a - modulo(a, b)) / b));
    case "%":
      if (b === 0) throw new ExpressionError("float modulo");
      return floatOf(modulo(a, b));
    default: {
      if (a === 0 && b < 0) throw new ExpressionError("0.0 cannot be raised to a negative power");
      if (a < 0 && !Number.isInteger(b) && Number.isFinite(b))
        throw new ExpressionError(`the power of '${typeName(left)}' and '${typeName(right)}' is a complex number`);
      const result = a ** b;
      if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
        throw new ExpressionError("(34, 'Numerical result out of range')");
      return floatOf(result);
    }
  }
}

function modulo(a: number, b: number): number {
  const rest = a % b;
  if (rest !== 0 && rest < 0 !== b < 0) return rest + b;
  return rest === 0 ? (b < 0 ? -0 : 0) : rest;
}

function divide(a: number, b: number, problem: string): number {
  if (b === 0) throw new ExpressionError(problem);
  return a / b;
}

/** `item in container`. */
export function contains(container: unknown, item: unknown): boolean {
  if (item instanceof Undefined && isDict(container)) throw item.error();
  if (container instanceof Undefined) throw container.error();
  if (typeof container === "string") {
    if (typeof item !== "string")
      throw new ExpressionError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    return container.includes(item);
  }
  if (Array.isArray(container)) return container.some((member) => equals(member, item));
  if (isDict(container)) return dictHas(container, item);
  if (container instanceof Instance && container.items() !== undefined)
    return itemsOf(container).some((member) => equals(member, item));
  throw new ExpressionError(`argument of type '${typeName(container)}' is not iterable`);
}
