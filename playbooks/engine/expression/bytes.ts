import { bind } from "./callable.ts";
import { ExpressionError } from "./errors.ts";
import { Instance } from "./instance.ts";
import { decodeText } from "./text-encoding.ts";

/** Python's bytes: `text.encode()`. */
export class Bytes extends Instance {
  readonly typeName = "bytes";
  readonly buffer: Buffer;

  constructor(buffer: Buffer) {
    super();
    this.buffer = buffer;
  }

  override attribute(name: string): unknown {
    switch (name) {
      case "decode":
        return (given: readonly unknown[], named: ReadonlyMap<string, unknown>) =>
          decodeText(this.buffer, bind("decode", ["encoding", "errors"], given, named).get("encoding") ?? "utf-8");
      case "hex":
        return () => this.buffer.toString("hex");
      default:
        return undefined;
    }
  }

  override item(key: unknown): unknown {
    return typeof key === "number" ? this.buffer.at(key) : undefined;
  }

  override items(): readonly number[] {
    return [...this.buffer];
  }

  override isEqual(other: Instance): boolean {
    return other instanceof Bytes && other.buffer.equals(this.buffer);
  }

  override compareTo(other: Instance): number | undefined {
    return other instanceof Bytes ? Buffer.compare(this.buffer, other.buffer) : undefined;
  }

  override isTrue(): boolean {
    return this.buffer.length > 0;
  }

  override kept(): this {
    return this;
  }

  override repr(): string {
    const known: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\" };
    const quote = this.buffer.includes(39) && !this.buffer.includes(34) ? '"' : "'";
    let text = "";
    for (const byte of this.buffer) {
      if (known[byte] !== undefined) text += known[byte];
      else if (byte < 32 || byte > 126) text += `\\x${byte.toString(16).padStart(2, "0")}`;
      else if (String.fromCharCode(byte) === quote) text += `\\${quote}`;
      else text += String.fromCharCode(byte);
    }
    return `b${quote}${text}${quote}`;
  }
}

/** The bytes of a text or of bytes, UTF-8. */
export function bytesOf(value: unknown, text: string): Buffer {
  if (value instanceof Bytes) return value.buffer;
  if (/[\ud800-\udfff]/.test(text) && !text.isWellFormed())
    throw new ExpressionError("'utf-8' codec can't encode a surrogate");
  return Buffer.from(text, "utf8");
}
