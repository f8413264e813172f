// What a host may be called follows ansible-core's lib/ansible/parsing/utils/addresses.py: an IPv4 or IPv6 address or a DNS-like
// name, each with ranges such as [1:10:2] in place of a part.
const STEP = "(?::[0-9]+)?";
const NUMERIC = String.raw`\[[0-9]+:[0-9]+${STEP}\]`;
const HEXADECIMAL = String.raw`\[[0-9a-f]+:[0-9a-f]+${STEP}\]`;
const ALPHANUMERIC = String.raw`\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)${STEP}\]`;

const BYTE = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${NUMERIC})`;
const WORD = `(?:[0-9a-f]{1,4}|${HEXADECIMAL})`;
// A Python word character, and one a label may not end with.
const LETTER = String.raw`[\p{L}\p{N}_]`;
const LABEL = String.raw`(?:${LETTER}|${ALPHANUMERIC})(?:[\p{L}\p{N}_\-]|${ALPHANUMERIC})*(?<![_\-])`;

const DOTTED = String.raw`(?:${WORD}\.){3}${WORD}`;
const IPV6 = [
  `(?:${WORD}:){7}${WORD}`,
  `(?:${WORD}:){1,6}:`,
  `${WORD}:(?::${WORD}){1,6}`,
  ...[2, 3, 4, 5, 6].map((count) => `(?:${WORD}:){${count}}(?::${WORD}){1,${7 - count}}`),
  `:(?::${WORD}){1,6}`,
  `${WORD}?::`,
  `(?:0:){6}${DOTTED}`,
  `::(?:ffff:)?${DOTTED}`,
  `(?:0:){5}ffff:${DOTTED}`,
].join("|");

const NAMES = [
  new RegExp(String.raw`^(?:${BYTE}\.){3}${BYTE}$`, "iu"),
  new RegExp(`^(?:${IPV6})$`, "iu"),
  new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*$`, "iu"),
];
const ADDRESSES = NAMES.slice(0, 2);

/** A host as written: its name, which may hold ranges, and the port behind it. */
export interface HostAddress {
  readonly name: string;
  readonly port: number | undefined;
}

/** `name`, `name:port`, `[name]:port`, or undefined for what cannot be a host. */
export function parseHostAddress(text: string): HostAddress | undefined {
  let name = text;
  let port: number | undefined;
  for (const form of [/^\[(.+)\]:([0-9]+)$/, /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/]) {
    const match = form.exec(name);
    if (match === null) continue;
    name = match[1] ?? "";
    port = Number(match[2]);
  }
  return NAMES.some((form) => form.test(name)) ? { name, port } : undefined;
}

/** A host's name without its domain; an address has none to leave out. */
export function shortName(name: string): string {
  return ADDRESSES.some((form) => form.test(name)) ? name : (name.split(".")[0] ?? name);
}
