import { ExpressionError } from "./errors.ts";
import { Instance } from "./instance.ts";
import { floatOf, isInteger, numeric } from "./values.ts";

const DAY = 86_400_000_000n;

/** Python's timedelta: what is between two moments. */
export class TimeDelta extends Instance {
  readonly typeName = "timedelta";
  readonly micros: bigint;

  constructor(micros: bigint) {
    super();
    this.micros = micros;
  }

  get #days(): bigint {
    const days = this.micros / DAY;
    return this.micros % DAY < 0n ? days - 1n : days;
  }

  get #rest(): bigint {
    return this.micros - this.#days * DAY;
  }

  override attribute(name: string): unknown {
    switch (name) {
      case "days":
        return Number(this.#days);
      case "seconds":
        return Number(this.#rest / 1_000_000n);
      case "microseconds":
        return Number(this.#rest % 1_000_000n);
      case "total_seconds":
        return () => floatOf(Number(this.micros) / 1e6);
      default:
        return undefined;
    }
  }

  override isTrue(): boolean {
    return this.micros !== 0n;
  }

  override isEqual(other: Instance): boolean {
    return other instanceof TimeDelta && other.micros === this.micros;
  }

  override compareTo(other: Instance): number | undefined {
    return other instanceof TimeDelta ? Number(this.micros - other.micros) : undefined;
  }

  override operate(operator: string, other: unknown, isLeft: boolean): unknown {
    if (other instanceof TimeDelta) {
      if (operator === "+") return new TimeDelta(this.micros + other.micros);
      if (!isLeft) return undefined;
      if (operator === "-") return new TimeDelta(this.micros - other.micros);
      if (operator === "/" || operator === "//") return this.#over(operator, other.micros);
      return undefined;
    }
    const factor = numeric(other);
    if (factor === undefined) return undefined;
    if (operator === "*") return this.#scaled(other, factor);
    if (!isLeft || (operator !== "/" && operator !== "//")) return undefined;
    if (factor === 0) throw new ExpressionError("integer division or modulo by zero");
    return new TimeDelta(BigInt(Math.round(Number(this.micros) / factor)));
  }

  #over(operator: string, micros: bigint): unknown {
    if (micros === 0n) throw new ExpressionError("integer division or modulo by zero");
    const ratio = Number(this.micros) / Number(micros);
    return operator === "/" ? floatOf(ratio) : Math.floor(ratio);
  }

  #scaled(other: unknown, factor: number): TimeDelta {
    return new TimeDelta(
      isInteger(other) ? this.micros * BigInt(other) : BigInt(Math.round(Number(this.micros) * factor)),
    );
  }

  override text(): string {
    const seconds = this.#rest / 1_000_000n;
    const two = (value: bigint) => String(value).padStart(2, "0");
    const days = this.#days;
    const lead = days === 0n ? "" : `${days} day${days === 1n || days === -1n ? "" : "s"}, `;
    const micro = this.#rest % 1_000_000n;
    const clock = `${seconds / 3600n}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
    return lead + clock + (micro === 0n ? "" : `.${String(micro).padStart(6, "0")}`);
  }

  override repr(): string {
    const parts = [
      ["days", this.#days],
      ["seconds", this.#rest / 1_000_000n],
      ["microseconds", this.#rest % 1_000_000n],
    ].filter(([, value]) => value !== 0n);
    return `datetime.timedelta(${parts.length === 0 ? "0" : parts.map(([name, value]) => `${name}=${value}`).join(", ")})`;
  }
}
