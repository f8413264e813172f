import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { VaultText } from "#inventory/kernel/yaml.ts";
import { Bytes } from "../bytes.ts";
import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { passwordHash } from "../password-hash.ts";
import { pythonString, truthy, typeName } from "../values.ts";
import type { Plugin } from "./plugin.ts";

const HEADER = "$ANSIBLE_VAULT";
const ROUNDS = 10_000;

export const vaultFilters: readonly Plugin[] = [
  {
    name: "vault",
    apply: (input, given, named) => {
      const bound = bind("vault", ["secret", "salt", "vault_id", "wrap_object", "vaultid"], given, named);
      const secret = secretOf(bound.get("secret"), "a string");
      if (typeof input !== "string" && !(input instanceof Bytes))
        throw new ExpressionError(`Can only vault strings, instead we got <class '${typeName(input)}'>.`);
      const salt = bound.get("salt");
      return encrypted(
        input instanceof Bytes ? input.buffer : Buffer.from(input, "utf8"),
        secret,
        truthy(salt ?? null) ? Buffer.from(pythonString(salt), "utf8") : randomBytes(32),
        pythonString(bound.get("vault_id") ?? "filter_default"),
      );
    },
  },
  {
    name: "unvault",
    apply: (input, given, named) => {
      const bound = bind("unvault", ["secret", "vault_id", "vaultid"], given, named);
      const secret = secretOf(bound.get("secret"), "as string");
      const text = input instanceof VaultText ? input.ciphertext : input;
      if (typeof text !== "string")
        throw new ExpressionError(
          `Vault should be in the form of a string, instead we got <class '${typeName(input)}'>.`,
        );
      return text.startsWith(HEADER) ? decrypted(text, secret) : text;
    },
  },
  {
    name: "password_hash",
    apply: (input, given, named) => {
      const bound = bind("password_hash", ["hashtype", "salt", "salt_size", "rounds", "ident"], given, named);
      return passwordHash(pythonString(input), {
        scheme: pythonString(bound.get("hashtype") ?? "sha512"),
        salt: bound.get("salt") ?? undefined,
        saltSize: bound.get("salt_size") ?? undefined,
        rounds: bound.get("rounds") ?? undefined,
        ident: bound.get("ident") ?? undefined,
      });
    },
  },
];

function secretOf(secret: unknown, wanted: string): Buffer {
  if (secret instanceof Bytes) return secret.buffer;
  if (typeof secret !== "string")
    throw new ExpressionError(
      `Secret passed is required to be ${wanted}, instead we got <class '${typeName(secret)}'>.`,
    );
  return Buffer.from(secret, "utf8");
}

function keysOf(secret: Buffer, salt: Buffer) {
  const keys = pbkdf2Sync(secret, salt, ROUNDS, 80, "sha256");
  return { cipher: keys.subarray(0, 32), hmac: keys.subarray(32, 64), counter: keys.subarray(64, 80) };
}

/** Ansible's vault format 1.1, or 1.2 where there is a label: AES-256 in counter mode, padded, under HMAC-SHA256. */
function encrypted(data: Buffer, secret: Buffer, salt: Buffer, label: string): string {
  const { cipher, hmac, counter } = keysOf(secret, salt);
  const missing = 16 - (data.length % 16);
  const aes = createCipheriv("aes-256-ctr", cipher, counter);
  const body = Buffer.concat([aes.update(Buffer.concat([data, Buffer.alloc(missing, missing)])), aes.final()]);
  const seal = createHmac("sha256", hmac).update(body).digest("hex");
  const packed = Buffer.from(`${salt.toString("hex")}\n${seal}\n${body.toString("hex")}`, "ascii").toString("hex");
  const isPlain = label === "" || label === "default";
  const header = isPlain ? `${HEADER};1.1;AES256` : `${HEADER};1.2;AES256;${label}`;
  return `${[header, ...(packed.match(/.{1,80}/g) ?? [])].join("\n")}\n`;
}

/** The text of a vault, opened by one of some passwords. Raises ExpressionError where none opens it. */
export function decryptVaultText(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    try {
      return decrypted(text, Buffer.from(secret, "utf8"));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
    }
  }
  throw new ExpressionError(
    secrets.length === 0
      ? "Attempting to decrypt but no vault secrets found."
      : "Decryption failed (no vault secrets were found that could decrypt).",
  );
}

function decrypted(text: string, secret: Buffer): string {
  const problem = () =>
    new ExpressionError("Unable to decrypt: Decryption failed (no vault secrets were found that could decrypt).");
  const [, ...lines] = text.trim().split("\n");
  const packed = Buffer.from(lines.map((line) => line.trim()).join(""), "hex").toString("ascii");
  const [salt, seal, body] = packed.split("\n").map((part) => Buffer.from(part, "hex"));
  if (salt === undefined || seal === undefined || body === undefined) throw problem();
  const { cipher, hmac, counter } = keysOf(secret, salt);
  const wanted = createHmac("sha256", hmac).update(body).digest();
  if (wanted.length !== seal.length || !timingSafeEqual(wanted, seal)) throw problem();
  const aes = createDecipheriv("aes-256-ctr", cipher, counter);
  const data = Buffer.concat([aes.update(body), aes.final()]);
  return data.subarray(0, data.length - (data.at(-1) ?? 0)).toString("utf8");
}
