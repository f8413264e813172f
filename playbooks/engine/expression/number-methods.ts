import { Bytes } from "./bytes.ts";
import { bind, type Callable } from "./callable.ts";
import { ExpressionError } from "./errors.ts";
import { methodFrom } from "./methods.ts";
import { tuple } from "./sequences.ts";
import { floatOf, floatText, integerOf, isFloat, numeric } from "./values.ts";

type Method = (number: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown;

const big = (value: unknown) => BigInt(value as bigint | number | boolean);

const INTEGER: Readonly<Record<string, Method>> = {
  bit_length: (value) => {
    const size = big(value) < 0n ? -big(value) : big(value);
    return size === 0n ? 0 : size.toString(2).length;
  },
  bit_count: (value) => {
    const size = big(value) < 0n ? -big(value) : big(value);
    return size.toString(2).replaceAll("0", "").length;
  },
  conjugate: (value) => integerOf(big(value)),
  as_integer_ratio: (value) => tuple(integerOf(big(value)), 1),
  to_bytes: (value, given, named) => {
    const bound = bind("to_bytes", ["length", "byteorder", "signed"], given, named);
    const length = Number(bound.get("length") ?? 1);
    if (big(value) < 0n) throw new ExpressionError("can't convert negative int to unsigned");
    const digits = big(value).toString(16);
    if (digits.length > length * 2) throw new ExpressionError("int too big to convert");
    const bytes = Buffer.from(digits.padStart(length * 2, "0"), "hex");
    return new Bytes(bound.get("byteorder") === "little" ? bytes.reverse() : bytes);
  },
  __and__: (value, [other]) => integerOf(big(value) & big(other)),
  __or__: (value, [other]) => integerOf(big(value) | big(other)),
  __xor__: (value, [other]) => integerOf(big(value) ^ big(other)),
  __lshift__: (value, [other]) => {
    if (big(other) > 4096n) throw new ExpressionError("the shift is too large");
    return integerOf(big(value) << big(other));
  },
  __rshift__: (value, [other]) => integerOf(big(value) >> big(other)),
};

const FLOAT: Readonly<Record<string, Method>> = {
  is_integer: (value) => Number.isInteger(numeric(value)),
  conjugate: (value) => value,
  hex: (value) => hexadecimal(numeric(value) ?? 0),
  as_integer_ratio: (value) => {
    let number = numeric(value) ?? 0;
    let below = 1n;
    while (!Number.isInteger(number)) {
      number *= 2;
      below *= 2n;
    }
    return tuple(integerOf(BigInt(number)), integerOf(below));
  },
};

/** The attribute or method of an int, bool or float. */
export function numberAttribute(value: unknown, name: string): unknown {
  if (isFloat(value)) {
    if (name === "real") return value;
    if (name === "imag") return floatOf(0);
    return methodFrom(FLOAT, value, name);
  }
  if (name === "real" || name === "numerator") return integerOf(big(value));
  if (name === "imag") return 0;
  if (name === "denominator") return 1;
  return methodFrom(INTEGER, value, name) as Callable | undefined;
}

/** Python's `float.hex`. */
function hexadecimal(value: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const sign = bits >> 63n === 1n ? "-" : "";
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  if (exponent === 0 && fraction === 0n) return `${sign}0x0.0p+0`;
  const power = exponent === 0 ? -1022 : exponent - 1023;
  return `${sign}0x${exponent === 0 ? 0 : 1}.${fraction.toString(16).padStart(13, "0")}p${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}
