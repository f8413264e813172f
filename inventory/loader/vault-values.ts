import { Secret } from "../kernel/secret.ts";
import { UnsafeText, VaultText } from "../kernel/yaml.ts";
import { hasVaultMark, VAULT_MARK } from "../vault/vault-mark.ts";
import { VaultSecrets } from "../vault/vault-secrets.ts";
import { inventoryErrors } from "./errors.ts";

/**
 * Opens what ansible-vault locked: whole files while reading them, and single `!vault` values, which are decrypted ahead so
 * that using one later need not wait. A value that cannot be opened raises only when it is used.
 */
export class VaultValues {
  readonly #secrets: VaultSecrets;
  readonly #opened = new Map<string, Promise<void>>();
  readonly #texts = new Map<string, { readonly text: string } | { readonly error: unknown }>();

  /** With one password, with several, or with none. */
  constructor(secrets: Secret | VaultSecrets | undefined) {
    this.#secrets =
      secrets instanceof VaultSecrets
        ? secrets
        : new VaultSecrets(secrets instanceof Secret ? [{ id: "default", password: secrets }] : []);
  }

  /** The text of a file that may be encrypted as a whole. */
  async file(text: string, source: string): Promise<string> {
    return text.startsWith(VAULT_MARK) ? (await this.#whole(text, source)).toString("utf8") : text;
  }

  /** The bytes of a file that may be encrypted as a whole, whatever they are. */
  async bytes(content: Buffer, source: string): Promise<Buffer> {
    return hasVaultMark(content) ? this.#whole(content.toString("latin1"), source) : content;
  }

  async #whole(text: string, source: string): Promise<Buffer> {
    if (this.#secrets.all.length === 0) throw inventoryErrors.noPassword(source);
    return (await this.#secrets.open(text)).content;
  }

  /** Decrypts every `!vault` value in `value`, at any depth. */
  async prepare(value: unknown): Promise<void> {
    const waiting: Promise<void>[] = [];
    const visit = (part: unknown): void => {
      if (part instanceof VaultText) waiting.push(this.#open(part.ciphertext));
      else if (Array.isArray(part)) for (const item of part) visit(item);
      else if (part instanceof Map) for (const item of part.values()) visit(item);
      else if (part instanceof UnsafeText) return;
    };
    visit(value);
    await Promise.all(waiting);
  }

  /** The text of a prepared `!vault` value. */
  readonly text = (ciphertext: string): string => {
    const opened = this.#texts.get(ciphertext);
    if (opened === undefined) throw inventoryErrors.noPassword("a !vault value");
    if ("error" in opened) throw opened.error;
    return opened.text;
  };

  #open(ciphertext: string): Promise<void> {
    let opening = this.#opened.get(ciphertext);
    if (opening === undefined) {
      opening = this.#read(ciphertext);
      this.#opened.set(ciphertext, opening);
    }
    return opening;
  }

  async #read(ciphertext: string): Promise<void> {
    try {
      if (this.#secrets.all.length === 0) throw inventoryErrors.noPassword("a !vault value");
      this.#texts.set(ciphertext, { text: (await this.#secrets.open(ciphertext)).content.toString("utf8") });
    } catch (error) {
      this.#texts.set(ciphertext, { error });
    }
  }
}
