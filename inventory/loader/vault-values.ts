import type { Secret } from "../kernel/secret.ts";
import { UnsafeText, VaultText } from "../kernel/yaml.ts";
import { decryptVault } from "../vault/ansible-vault.ts";
import { inventoryErrors } from "./errors.ts";

/** Decrypts one ansible-vault text. */
export type DecryptVault = (text: string, password: Secret) => Promise<string>;

/**
 * Opens what ansible-vault locked: whole files while reading them, and single `!vault` values, which are decrypted ahead so
 * that using one later need not wait. A value that cannot be opened raises only when it is used.
 */
export class VaultValues {
  readonly #password: Secret | undefined;
  readonly #decrypt: DecryptVault;
  readonly #opened = new Map<string, { readonly text: string } | { readonly error: unknown }>();

  constructor(password: Secret | undefined, decrypt: DecryptVault = decryptVault) {
    this.#password = password;
    this.#decrypt = decrypt;
  }

  /** The text of a file that may be encrypted as a whole. */
  async file(text: string, source: string): Promise<string> {
    if (!text.startsWith("$ANSIBLE_VAULT;")) return text;
    if (this.#password === undefined) throw inventoryErrors.noPassword(source);
    return this.#decrypt(text, this.#password);
  }

  /** Decrypts every `!vault` value in `value`, at any depth. */
  async prepare(value: unknown): Promise<void> {
    if (value instanceof VaultText) await this.#open(value.ciphertext);
    else if (Array.isArray(value)) for (const item of value) await this.prepare(item);
    else if (value instanceof Map) for (const item of value.values()) await this.prepare(item);
    else if (value instanceof UnsafeText) return;
  }

  /** The text of a prepared `!vault` value. */
  readonly text = (ciphertext: string): string => {
    const opened = this.#opened.get(ciphertext);
    if (opened === undefined) throw inventoryErrors.noPassword("a !vault value");
    if ("error" in opened) throw opened.error;
    return opened.text;
  };

  async #open(ciphertext: string): Promise<void> {
    if (this.#opened.has(ciphertext)) return;
    if (this.#password === undefined) {
      this.#opened.set(ciphertext, { error: inventoryErrors.noPassword("a !vault value") });
      return;
    }
    try {
      this.#opened.set(ciphertext, { text: await this.#decrypt(ciphertext, this.#password) });
    } catch (error) {
      this.#opened.set(ciphertext, { error });
    }
  }
}
