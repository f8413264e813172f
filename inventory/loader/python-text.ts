const SIMPLE: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;

/** The text of a quoted Python literal, prefix (`r`, `b`, `u`) apart; undefined where its escapes are none. */
export function pythonText(quoted: string, prefix: string): string | undefined {
  const width = /^("""|''')/.test(quoted) ? 3 : 1;
  const body = quoted.slice(width, quoted.length - width);
  if (/r/i.test(prefix)) return body;
  const isBytes = /b/i.test(prefix);
  let isBroken = isBytes && /[^\0-\x7f]/.test(body);
  const text = body.replace(ESCAPE, (whole, octal, hex, short, long, other: string | undefined) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(String(octal), 8));
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(String(hex), 16));
    if (short !== undefined && !isBytes) return String.fromCharCode(Number.parseInt(String(short), 16));
    if (long !== undefined && !isBytes) {
      const code = Number.parseInt(String(long), 16);
      if (code <= 0x10ffff) return String.fromCodePoint(code);
      isBroken = true;
      return "";
    }
    if (other === "x" || (!isBytes && (other === "u" || other === "U" || other === "N"))) isBroken = true;
    return SIMPLE[other ?? ""] ?? whole;
  });
  return isBroken ? undefined : text;
}
