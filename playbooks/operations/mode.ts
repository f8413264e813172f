const PERMISSIONS = 0o7777;

/** What a symbolic mode is applied to. */
export interface ModeSubject {
  readonly mode: number;
  readonly directory: boolean;
  /** Umask of the process on the host: clauses that name nobody (`+x`) leave its bits alone. */
  readonly umask: number;
}

/** A mode argument understood, or why it cannot be: `msg` and `details` as the original gives them. */
export type WantedMode =
  | { readonly kind: "bits"; readonly bits: number }
  | { readonly kind: "symbolic"; readonly text: string }
  | { readonly kind: "invalid"; readonly details: string };

/** A `mode` argument: a number is the bits themselves, text is octal digits or symbolic (`u=rw,g+r`). */
export function parseMode(argument: unknown): WantedMode | undefined {
  if (argument === null || argument === undefined) return undefined;
  if (typeof argument === "number") {
    if (Number.isInteger(argument) && argument >= 0 && argument <= PERMISSIONS) return { kind: "bits", bits: argument };
    return { kind: "invalid", details: String(argument) };
  }
  const text = String(argument);
  if (/^\s*(0o)?[0-7]+\s*$/.test(text)) {
    const bits = Number.parseInt(text.trim().replace(/^0o/, ""), 8);
    return bits <= PERMISSIONS ? { kind: "bits", bits } : { kind: "invalid", details: text };
  }
  for (const clause of text.split(",")) {
    if (!/^[ugoa]*([-+=]([rwxXst]*|[ugo]))+$/.test(clause)) {
      return { kind: "invalid", details: `bad symbolic permission for mode: ${clause}` };
    }
  }
  return { kind: "symbolic", text };
}

/** The bits `wanted` gives to `subject`. */
export function modeBits(wanted: WantedMode & { kind: "bits" | "symbolic" }, subject: ModeSubject): number {
  if (wanted.kind === "bits") return wanted.bits;
  let mode = subject.mode;
  for (const clause of wanted.text.split(",")) mode = applyClause(clause, mode, subject);
  return mode;
}

/** Bits as Ansible shows them: `0644`, `02755`. */
export function modeText(bits: number): string {
  return `0${bits.toString(8).padStart(3, "0")}`;
}

/**
 * Bits as chmod(1) must be given them. GNU chmod keeps a directory's setuid and setgid bits unless the number has five
 * digits (coreutils manual, "Directory Setuid and Setgid").
 */
export function chmodOperand(bits: number): string {
  return bits.toString(8).padStart(5, "0");
}

const WHO: Readonly<Record<string, { readonly mask: number; readonly shift: number; readonly special: number }>> = {
  u: { mask: 0o4700, shift: 6, special: 0o4000 },
  g: { mask: 0o2070, shift: 3, special: 0o2000 },
  o: { mask: 0o1007, shift: 0, special: 0 },
};

function applyClause(clause: string, start: number, subject: ModeSubject): number {
  const who = /^[ugoa]*/.exec(clause)?.[0] ?? "";
  const users = who === "" || who === "a" ? "ugo" : who.replaceAll("a", "ugo");
  let mode = start;
  for (const [, operator = "", letters = ""] of clause.slice(who.length).matchAll(/([-+=])([^-+=]*)/g)) {
    for (const user of users) {
      const place = WHO[user];
      if (place === undefined) continue;
      const bits = bitsFor(user, letters, mode, subject, who === "");
      if (operator === "=") mode = (mode & ~place.mask & PERMISSIONS) | bits;
      else mode = operator === "+" ? mode | bits : mode & ~bits;
    }
  }
  return mode;
}

function bitsFor(user: string, letters: string, mode: number, subject: ModeSubject, masked: boolean): number {
  const place = WHO[user];
  if (place === undefined) return 0;
  let bits = 0;
  for (const letter of letters) {
    const permission = { r: 4, w: 2, x: 1 }[letter];
    if (permission !== undefined) {
      const bit = permission << place.shift;
      bits |= masked ? bit & ~subject.umask : bit;
    } else if (letter === "X") {
      if (subject.directory || (mode & 0o111) !== 0) bits |= 1 << place.shift;
    } else if (letter === "s") bits |= place.special;
    else if (letter === "t") bits |= user === "o" ? 0o1000 : 0;
    else bits |= ((mode >> (WHO[letter]?.shift ?? 0)) & 7) << place.shift;
  }
  return bits;
}
