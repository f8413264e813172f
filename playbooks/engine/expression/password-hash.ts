import { randomInt } from "node:crypto";
import { ExpressionError } from "./errors.ts";
import { md5Crypt } from "./md5-crypt.ts";
import { integerArgument } from "./methods.ts";
import { shaCrypt } from "./sha-crypt.ts";
import { pythonString } from "./values.ts";

export interface PasswordHashOptions {
  readonly scheme: string;
  readonly salt: unknown;
  readonly saltSize: unknown;
  readonly rounds: unknown;
  readonly ident: unknown;
}

const LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NAMES: Readonly<Record<string, string>> = {
  md5: "md5_crypt",
  sha256: "sha256_crypt",
  sha512: "sha512_crypt",
  blowfish: "bcrypt",
};

/** The hash of a password as crypt(3) writes it: `md5`, `sha256` or `sha512` (also under passlib's names). */
export function passwordHash(password: string, options: PasswordHashOptions): string {
  const scheme = NAMES[options.scheme] ?? options.scheme;
  const most = scheme === "md5_crypt" ? 8 : 16;
  switch (scheme) {
    case "md5_crypt":
      return md5Crypt(password, saltOf(options, most));
    case "sha256_crypt":
    case "sha512_crypt":
      return shaCrypt(
        password,
        saltOf(options, most),
        roundsOf(options),
        scheme === "sha256_crypt" ? "sha256" : "sha512",
      );
    default:
      throw new ExpressionError(
        `${options.scheme} is not in the list of supported passlib algorithms: md5, sha256, sha512`,
      );
  }
}

/** A salt for a scheme, as long as it may be. */
export function randomSalt(scheme: string): string {
  const most = (NAMES[scheme] ?? scheme) === "md5_crypt" ? 8 : 16;
  return Array.from({ length: most }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

function saltOf(options: PasswordHashOptions, most: number): string {
  if (options.salt === undefined || options.salt === "") {
    const size = options.saltSize === undefined ? most : integerArgument(options.saltSize);
    return Array.from({ length: Math.min(size, most) }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  }
  const salt = pythonString(options.salt);
  const wrong = [...salt].filter((char) => !LETTERS.includes(char));
  if (wrong.length > 0) throw new ExpressionError(`invalid characters in salt: ${wrong.join("")}`);
  if (salt.length > most) throw new ExpressionError(`salt too large (requires <= ${most} chars)`);
  return salt;
}

function roundsOf(options: PasswordHashOptions): number | undefined {
  if (options.rounds === undefined) return undefined;
  const rounds = integerArgument(options.rounds);
  if (rounds < 1_000) throw new ExpressionError(`rounds too low (${rounds} is less than 1000)`);
  if (rounds > 999_999_999) throw new ExpressionError(`rounds too high (${rounds} is more than 999999999)`);
  return rounds;
}

/** Bytes in crypt's own base 64, the lowest bits first, in the order of `places` (three at a time). */
export function cryptBase64(bytes: Buffer, places: readonly (readonly number[])[]): string {
  let text = "";
  for (const group of places) {
    let value = 0;
    for (const place of group) value = (value << 8) | (bytes[place] ?? 0);
    const letters = group.length === 3 ? 4 : group.length === 2 ? 3 : 2;
    for (let turn = 0; turn < letters; turn++) {
      text += LETTERS[value & 63] ?? "";
      value >>>= 6;
    }
  }
  return text;
}
