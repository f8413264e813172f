import { ExpressionError } from "./errors.ts";
import { pythonString } from "./values.ts";

type Codec = "utf8" | "latin1" | "ascii" | "utf16le" | "utf16be" | "utf16" | "utf8-sig";

const CODECS: Readonly<Record<string, Codec>> = {
  utf8: "utf8",
  u8: "utf8",
  utf: "utf8",
  utf8sig: "utf8-sig",
  latin1: "latin1",
  iso88591: "latin1",
  latin: "latin1",
  l1: "latin1",
  cp819: "latin1",
  ascii: "ascii",
  usascii: "ascii",
  utf16: "utf16",
  utf16le: "utf16le",
  utf16be: "utf16be",
};

function codecOf(encoding: unknown): Codec {
  const name = pythonString(encoding);
  const codec = CODECS[name.toLowerCase().replace(/[-_ ]/g, "")];
  if (codec === undefined) throw new ExpressionError(`unknown encoding: ${name}`);
  return codec;
}

/** `text.encode(encoding)`: UTF-8, UTF-16, Latin-1 and ASCII by Python's names. */
export function encodeText(text: string, encoding: unknown): Buffer {
  const codec = codecOf(encoding);
  if (codec === "latin1" || codec === "ascii") {
    const most = codec === "ascii" ? 0x7f : 0xff;
    const at = [...text].findIndex((char) => (char.codePointAt(0) ?? 0) > most);
    if (at !== -1)
      throw new ExpressionError(
        `'${codec === "ascii" ? "ascii" : "latin-1"}' codec can't encode character in position ${at}: ordinal not in range(${most + 1})`,
      );
    return Buffer.from(text, "latin1");
  }
  if (codec === "utf8") return Buffer.from(text, "utf8");
  if (codec === "utf8-sig") return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text, "utf8")]);
  const body = Buffer.from(text, "utf16le");
  if (codec === "utf16be") return body.swap16();
  return codec === "utf16" ? Buffer.concat([Buffer.from([0xff, 0xfe]), body]) : body;
}

/**
 * `bytes.decode(encoding)`. Raises where the bytes are not in that encoding; with `keepsWrong` such bytes of UTF-8 and ASCII
 * are kept as lone surrogates (Python's `surrogateescape`).
 */
export function decodeText(bytes: Buffer, encoding: unknown, keepsWrong = false): string {
  const codec = codecOf(encoding);
  if (codec === "latin1") return bytes.toString("latin1");
  if (codec === "ascii") {
    const at = bytes.findIndex((byte) => byte > 0x7f);
    if (at !== -1 && keepsWrong) return escapedUtf8(bytes);
    if (at !== -1)
      throw new ExpressionError(
        `'ascii' codec can't decode byte 0x${bytes[at]?.toString(16)} in position ${at}: ordinal not in range(128)`,
      );
    return bytes.toString("latin1");
  }
  const label = { utf8: "utf-8", "utf8-sig": "utf-8", utf16: "utf-16le", utf16le: "utf-16le", utf16be: "utf-16be" }[
    codec
  ];
  if (keepsWrong && codec === "utf8") return escapedUtf8(bytes);
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: codec === "utf8" || codec === "utf16le" }).decode(bytes);
  } catch (error) {
    throw new ExpressionError(`'${label}' codec can't decode the bytes: invalid data`, { cause: error });
  }
}

function escapedUtf8(bytes: Buffer): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    try {
      text += decoder.decode(bytes.subarray(at, at + size));
      at += size;
    } catch {
      text += String.fromCharCode(0xdc00 + lead);
      at++;
    }
  }
  return text;
}
