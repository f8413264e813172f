import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { ExpressionError } from "../errors.ts";
import { PythonRandom } from "../mersenne-twister.ts";
import { textArgument } from "../methods.ts";
import { passwordHash, randomSalt } from "../password-hash.ts";
import { itemsOf, pythonString, truthy } from "../values.ts";
import { keyValues } from "./key-values.ts";
import type { Lookup } from "./lookup.ts";

const OPTIONS = ["length", "encrypt", "chars", "ident", "seed"];
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const SETS: Readonly<Record<string, string>> = {
  ascii_letters: LOWER + LOWER.toUpperCase(),
  ascii_lowercase: LOWER,
  ascii_uppercase: LOWER.toUpperCase(),
  digits: "0123456789",
  hexdigits: "0123456789abcdefABCDEF",
  octdigits: "01234567",
  punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
};

/** `password`: the password kept in a file, made and written there the first time; of /dev/null, a new one each time. */
export const password: Lookup = (terms, given, context) =>
  terms.map((term) => {
    const [path = "", ...more] = textArgument(term).split(" ");
    const { rest, options: inline } = keyValues(more.join(" "));
    const relative = rest === "" ? path : `${path} ${rest}`;
    const options = new Map<string, unknown>([...given, ...inline]);
    const unknown = [...inline.keys()].filter((name) => !OPTIONS.includes(name));
    if (unknown.length > 0)
      throw new ExpressionError(`Unrecognized parameter(s) given to password lookup: ${unknown.join(", ")}`);
    const base = context.templar.options.playbookFolder ?? ".";
    const file = isAbsolute(relative) ? relative : join(base, relative);
    const kept = file === "/dev/null" ? undefined : readPassword(file);
    const plain = kept?.password ?? made(options);
    const encrypt = options.get("encrypt") ?? null;
    const salt = kept?.salt ?? (truthy(encrypt) ? randomSalt(pythonString(encrypt)) : undefined);
    if (file !== "/dev/null" && (kept === undefined || (truthy(encrypt) && kept.salt === undefined)))
      writePassword(file, salt === undefined ? plain : `${plain} salt=${salt}`);
    if (!truthy(encrypt)) return plain;
    const scheme = pythonString(encrypt);
    return passwordHash(plain, { scheme, salt, saltSize: undefined, rounds: undefined, ident: undefined });
  });

function made(options: ReadonlyMap<string, unknown>): string {
  const length = pythonString(options.get("length") ?? 20);
  if (!/^\d+$/.test(length)) throw new ExpressionError(`Config 'length' has an invalid value: '${length}'`);
  const letters = candidates(options.get("chars") ?? ["ascii_letters", "digits", ".,:-_"]);
  const random = new PythonRandom(options.get("seed") ?? undefined);
  return Array.from({ length: Number(length) }, () => random.choice(letters)).join("");
}

function candidates(chars: unknown): string[] {
  const wanted =
    typeof chars === "string"
      ? [
          ...(chars.includes(",,") ? [","] : []),
          ...chars
            .replaceAll(",,", ",")
            .split(",")
            .filter((part) => part !== ""),
        ]
      : itemsOf(chars).map(pythonString);
  const letters = wanted.map((one) => (Object.hasOwn(SETS, one) ? SETS[one] : one)).join("");
  return [...letters.replaceAll('"', "").replaceAll("'", "")];
}

function readPassword(file: string): { readonly password: string; readonly salt: string | undefined } | undefined {
  let content: string;
  try {
    content = readFileSync(file, "utf8").trimEnd();
  } catch {
    return undefined;
  }
  const plain = content.replace(/ ident=\S*$/, "");
  const at = plain.lastIndexOf(" salt=");
  return at === -1 ? { password: plain, salt: undefined } : { password: plain.slice(0, at), salt: plain.slice(at + 6) };
}

function writePassword(file: string, content: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${content}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  } catch (error) {
    throw new ExpressionError(`the password could not be kept in '${file}'`, { cause: error });
  }
}
