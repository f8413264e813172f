import type { Secret } from "../kernel/secret.ts";
import { decryptVaultBytes, vaultIdOf } from "./ansible-vault.ts";
import { isWrongPassword, vaultErrors } from "./errors.ts";

/** A vault password and the identity it is known by. */
export interface VaultSecret {
  readonly id: string;
  readonly password: Secret;
}

/** The passwords there are, better ones first. */
export class VaultSecrets {
  readonly all: readonly VaultSecret[];
  /** Whether only a secret of the identity that a text names may open it. */
  readonly #matchesIdentity: boolean;

  constructor(all: readonly VaultSecret[], matchesIdentity = false) {
    this.all = all;
    this.#matchesIdentity = matchesIdentity;
  }

  /**
   * What is in an ansible-vault text, and the secret that opened it: each one is tried. Rejects with
   * `INVENTORY_VAULT_PASSWORD_MISSING`, `INVENTORY_VAULT_WRONG_PASSWORD` or `INVENTORY_VAULT_MALFORMED`.
   */
  async open(text: string): Promise<{ readonly content: Buffer; readonly secret: VaultSecret }> {
    if (this.all.length === 0) throw vaultErrors.noSecrets();
    const id = vaultIdOf(text) ?? "default";
    for (const secret of this.all) {
      if (this.#matchesIdentity && secret.id !== id) continue;
      try {
        return { content: await decryptVaultBytes(text, secret.password), secret };
      } catch (error) {
        if (!isWrongPassword(error)) throw error;
      }
    }
    throw vaultErrors.wrongPassword();
  }

  /** The secret to lock with: the one of that identity, else the first. Throws `INVENTORY_VAULT_IDENTITY_UNKNOWN`. */
  forLocking(id: string | undefined): VaultSecret | undefined {
    if (id === undefined || id === "") return this.all[0];
    const found = this.all.find((secret) => secret.id === id);
    if (found === undefined)
      throw vaultErrors.noSuchIdentity(
        id,
        this.all.map((secret) => secret.id),
      );
    return found;
  }
}
