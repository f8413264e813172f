import { createCipheriv, createDecipheriv, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Secret } from "../kernel/secret.ts";
import { vaultErrors } from "./errors.ts";
import { VAULT_MARK } from "./vault-mark.ts";

// The format is ansible-core's, lib/ansible/parsing/vault: VaultLib and VaultAES256.
const ITERATIONS = 10_000;
const BLOCK_BYTES = 16;
const LINE_LENGTH = 80;
const HEADER = /^\$ANSIBLE_VAULT\s*;\s*(1\.1|1\.2)\s*;\s*([A-Z0-9]+)\s*(?:;\s*([^;\r\n]*?)\s*(?:;.*)?)?$/;

const deriveKey = promisify(pbkdf2);

/** How a text is locked: format 1.2 names the `id` unless that is `default`; `salt` makes equal texts equal ciphertext. */
export interface VaultForm {
  readonly id?: string | undefined;
  readonly salt?: string | undefined;
}

/**
 * `content` as ansible-vault ciphertext, lines of 80 characters with a newline at the end: format 1.2 when an id other than
 * `default` is given, else 1.1. Every call salts anew unless told otherwise. `ansible-vault decrypt` reads the result.
 */
export async function encryptVault(
  content: string | Uint8Array,
  password: Secret,
  form: string | VaultForm = {},
): Promise<string> {
  const { id, salt: given } = typeof form === "string" ? { id: form, salt: undefined } : form;
  const salt = given === undefined ? randomBytes(32) : Buffer.from(given, "utf8");
  const keys = await keysOf(password, salt);
  const cipher = createCipheriv("aes-256-ctr", keys.cipher, keys.counter);
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content);
  const ciphertext = Buffer.concat([cipher.update(pad(bytes)), cipher.final()]);
  const body = [salt.toString("hex"), authenticate(keys.authentication, ciphertext), ciphertext.toString("hex")];
  const hexadecimal = Buffer.from(body.join("\n"), "latin1").toString("hex");
  const isNamed = id !== undefined && id !== "" && id !== "default";
  const header = isNamed ? `$ANSIBLE_VAULT;1.2;AES256;${id}` : "$ANSIBLE_VAULT;1.1;AES256";
  const lines = hexadecimal.match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return `${[header, ...lines].join("\n")}\n`;
}

/**
 * The text in ansible-vault ciphertext of format 1.1 or 1.2. Rejects with `INVENTORY_VAULT_WRONG_PASSWORD` when the
 * authentication code does not fit (wrong password or altered text), `INVENTORY_VAULT_MALFORMED` for anything else.
 */
export async function decryptVault(text: string, password: Secret): Promise<string> {
  return (await decryptVaultBytes(text, password)).toString("utf8");
}

/** {@link decryptVault} of content that may be no text. */
export async function decryptVaultBytes(text: string, password: Secret): Promise<Buffer> {
  const { salt, code, ciphertext } = readEnvelope(text);
  const keys = await keysOf(password, salt);
  const expected = Buffer.from(authenticate(keys.authentication, ciphertext), "latin1");
  const given = Buffer.from(code, "latin1");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw vaultErrors.wrongPassword();
  const decipher = createDecipheriv("aes-256-ctr", keys.cipher, keys.counter);
  return unpad(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
}

/** Whether `text` begins as ansible-vault ciphertext does. */
export function isVaultText(text: string): boolean {
  return text.trimStart().startsWith(VAULT_MARK);
}

/** The id written in a format 1.2 header, or undefined. */
export function vaultIdOf(text: string): string | undefined {
  return HEADER.exec(text.trim().split(/\r?\n/, 1)[0] ?? "")?.[3];
}

function readEnvelope(text: string): { salt: Buffer; code: string; ciphertext: Buffer } {
  const [first = "", ...rest] = text.trim().split(/\r?\n/);
  const header = HEADER.exec(first.trim());
  if (header === null) throw vaultErrors.malformed("the first line is not a known header");
  if (header[2] !== "AES256") throw vaultErrors.malformed(`the cipher ${header[2]} is not supported`);
  const outer = unhex(rest.map((line) => line.trim()).join(""));
  const parts = outer.toString("latin1").split("\n");
  const [salt, code, ciphertext] = parts;
  if (parts.length !== 3 || salt === undefined || code === undefined || ciphertext === undefined) {
    throw vaultErrors.malformed("salt, authentication code and ciphertext are not all there");
  }
  return { salt: unhex(salt), code: code.toLowerCase(), ciphertext: unhex(ciphertext) };
}

function unhex(text: string): Buffer {
  if (!/^[0-9a-fA-F]*$/.test(text))
    throw vaultErrors.malformed("Vault format unhexlify error: Non-hexadecimal digit found");
  if (text.length === 0 || text.length % 2 !== 0)
    throw vaultErrors.malformed("Vault format unhexlify error: Odd-length string");
  return Buffer.from(text, "hex");
}

async function keysOf(password: Secret, salt: Buffer) {
  const key = await deriveKey(password.reveal(), salt, ITERATIONS, 80, "sha256");
  return { cipher: key.subarray(0, 32), authentication: key.subarray(32, 64), counter: key.subarray(64, 80) };
}

function authenticate(key: Buffer, ciphertext: Buffer): string {
  return createHmac("sha256", key).update(ciphertext).digest("hex");
}

/** PKCS#7 to whole blocks, which the format keeps although a counter mode needs none. */
function pad(data: Buffer): Buffer {
  const missing = BLOCK_BYTES - (data.length % BLOCK_BYTES);
  return Buffer.concat([data, Buffer.alloc(missing, missing)]);
}

function unpad(data: Buffer): Buffer {
  const added = data.at(-1) ?? 0;
  const whole = added >= 1 && added <= BLOCK_BYTES && data.length >= added;
  if (!whole || data.subarray(data.length - added).some((byte) => byte !== added)) {
    throw vaultErrors.malformed("the padding is wrong");
  }
  return data.subarray(0, data.length - added);
}
