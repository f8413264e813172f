/** SGR parameters by the colour names that ansible.cfg knows. Source: `ansible-config list`, COLOR_OK, and what 2.19 writes. */
const CODES: Readonly<Record<string, string>> = {
  black: "0;30",
  "bright gray": "0;37",
  blue: "0;34",
  white: "1;37",
  green: "0;32",
  "bright blue": "1;34",
  cyan: "0;36",
  "bright green": "1;32",
  red: "0;31",
  "bright cyan": "1;36",
  purple: "0;35",
  "bright red": "1;31",
  yellow: "0;33",
  "bright purple": "1;35",
  "dark gray": "1;30",
  "bright yellow": "1;33",
  magenta: "0;35",
  "bright magenta": "1;35",
  normal: "0",
};

/** What a line is about; each has its colour in ansible.cfg. */
export type Tone =
  | "changed"
  | "debug"
  | "deprecate"
  | "diffAdd"
  | "diffLines"
  | "diffRemove"
  | "error"
  | "included"
  | "ok"
  | "skip"
  | "unreachable"
  | "verbose"
  | "warn";

export type Palette = Readonly<Record<Tone, string>>;

/** Every line of `text` in a named colour; `color0` to `color255`, `rgb000` to `rgb555` and `gray0` to `gray23` are names too. */
export function colored(text: string, color: string): string {
  const code = codeOf(color);
  return text
    .split("\n")
    .map((line) => `\u001b[${code}m${line}\u001b[0m`)
    .join("\n");
}

function codeOf(color: string): string {
  const [, number, red, green, blue, gray] = /^(?:color(\d+)|rgb([0-5])([0-5])([0-5])|gray(\d+))$/.exec(color) ?? [];
  if (number !== undefined) return `38;5;${number}`;
  if (red !== undefined) return `38;5;${16 + 36 * Number(red) + 6 * Number(green) + Number(blue)}`;
  if (gray !== undefined) return `38;5;${232 + Number(gray)}`;
  return CODES[color] ?? "0";
}
