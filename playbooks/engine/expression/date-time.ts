import { bind } from "./callable.ts";
import { Instance } from "./instance.ts";
import { tuple } from "./sequences.ts";
import { TimeDelta } from "./time-delta.ts";
import { formatTime, isoWeek, type TimeFields, weekdayOf } from "./time-format.ts";
import { floatOf, pythonString } from "./values.ts";

/** Python's datetime and date: a calendar and a clock, of no zone unless it says one. */
export class DateTime extends Instance {
  readonly typeName: "datetime" | "date";
  readonly fields: TimeFields;

  constructor(fields: TimeFields, isDate = false) {
    super();
    this.fields = fields;
    this.typeName = isDate ? "date" : "datetime";
  }

  /** What clocks at Greenwich show at a wall-clock moment in milliseconds. */
  static ofUtc(milliseconds: number): DateTime {
    return DateTime.ofMicros(BigInt(Math.floor(milliseconds * 1000)));
  }

  /** What clocks here show at a wall-clock moment in milliseconds. */
  static ofLocal(milliseconds: number): DateTime {
    return DateTime.ofUtc(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  }

  static ofMicros(micros: bigint): DateTime {
    const microsecond = Number(((micros % 1_000_000n) + 1_000_000n) % 1_000_000n);
    const date = new Date(Number((micros - BigInt(microsecond)) / 1000n));
    return new DateTime({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      microsecond,
    });
  }

  get #micros(): bigint {
    const { year, month, day, hour, minute, second, microsecond, offset = 0 } = this.fields;
    const seconds = Date.UTC(year, month - 1, day, hour, minute - offset, second) / 1000;
    return BigInt(seconds) * 1_000_000n + BigInt(microsecond);
  }

  format(format: string): string {
    return formatTime(format, this.fields);
  }

  override attribute(name: string): unknown {
    const { fields } = this;
    const isDate = this.typeName === "date";
    if (["year", "month", "day"].includes(name)) return fields[name as "year"];
    if (["hour", "minute", "second", "microsecond"].includes(name)) return isDate ? undefined : fields[name as "hour"];
    switch (name) {
      case "strftime":
        return (given: readonly unknown[], named: ReadonlyMap<string, unknown>) =>
          this.format(pythonString(bind("strftime", ["format"], given, named).get("format")));
      case "isoformat":
        return (given: readonly unknown[]) => this.#iso(given.length > 0 ? pythonString(given[0]) : "T");
      case "weekday":
        return () => (weekdayOf(fields) + 6) % 7;
      case "isoweekday":
        return () => weekdayOf(fields) || 7;
      case "isocalendar":
        return () => tuple(isoWeek(fields).year, isoWeek(fields).week, weekdayOf(fields) || 7);
      case "toordinal":
        return () => Math.floor(Date.UTC(fields.year, fields.month - 1, fields.day) / 86_400_000) + 719_163;
      case "ctime":
        return () => this.format("%a %b %e %H:%M:%S %Y");
      case "timestamp":
        return isDate ? undefined : () => this.#timestamp();
      case "date":
        return isDate
          ? undefined
          : () => new DateTime({ ...fields, hour: 0, minute: 0, second: 0, microsecond: 0 }, true);
      case "replace":
        return (_given: readonly unknown[], named: ReadonlyMap<string, unknown>) =>
          new DateTime({ ...fields, ...Object.fromEntries(named) }, isDate);
      default:
        return undefined;
    }
  }

  #timestamp(): unknown {
    const { year, month, day, hour, minute, second, microsecond, offset } = this.fields;
    if (offset !== undefined) return floatOf(Number(this.#micros) / 1e6);
    return floatOf(new Date(year, month - 1, day, hour, minute, second).getTime() / 1000 + microsecond / 1e6);
  }

  #iso(separator: string): string {
    const { microsecond, offset } = this.fields;
    const day = String(this.fields.year).padStart(4, "0") + this.format("-%m-%d");
    if (this.typeName === "date") return day;
    const zone = offset === undefined ? "" : formatTime("%z", this.fields).replace(/(..)$/, ":$1");
    return day + separator + this.format(microsecond === 0 ? "%H:%M:%S" : "%H:%M:%S.%f") + zone;
  }

  override operate(operator: string, other: unknown, isLeft: boolean): unknown {
    if (other instanceof DateTime && operator === "-" && isLeft && other.typeName === this.typeName)
      return new TimeDelta(this.#micros - other.#micros);
    if (!(other instanceof TimeDelta)) return undefined;
    if (operator === "+") return this.#moved(other.micros);
    return operator === "-" && isLeft ? this.#moved(-other.micros) : undefined;
  }

  #moved(micros: bigint): DateTime {
    return new DateTime(DateTime.ofMicros(this.#micros + micros).fields, this.typeName === "date");
  }

  override isEqual(other: Instance): boolean {
    return other instanceof DateTime && other.typeName === this.typeName && other.#micros === this.#micros;
  }

  override compareTo(other: Instance): number | undefined {
    return other instanceof DateTime && other.typeName === this.typeName
      ? Number(this.#micros - other.#micros)
      : undefined;
  }

  /** It may be part of a result. */
  override kept(): this {
    return this;
  }

  /** As JSON has it. */
  isoText(): string {
    return this.#iso("T");
  }

  override text(): string {
    return this.#iso(" ");
  }

  override repr(): string {
    const { year, month, day, hour, minute, second, microsecond } = this.fields;
    if (this.typeName === "date") return `datetime.date(${year}, ${month}, ${day})`;
    const parts = [year, month, day, hour, minute, ...(second || microsecond ? [second] : [])];
    return `datetime.datetime(${[...parts, ...(microsecond ? [microsecond] : [])].join(", ")})`;
  }
}
