import { vaultSettings } from "#inventory/settings/inventory-settings.ts";
import { encryptVault, isVaultText } from "#inventory/vault/ansible-vault.ts";
import { vaultErrors } from "#inventory/vault/errors.ts";
import type { VaultSecret, VaultSecrets } from "#inventory/vault/vault-secrets.ts";
import { commandLineErrors } from "./errors.ts";
import type { Invocation } from "./program.ts";
import { readVaultSecrets } from "./vault-secrets.ts";

/** The secret that an action encrypts with. Throws where there is none, or several and none is named. */
export async function secretForLocking(invocation: Invocation): Promise<VaultSecret> {
  const { call, words, settings, display } = invocation;
  checkIdentities(invocation);
  const named = words.texts.get("encryptVaultIdentity") ?? settings.get(vaultSettings.encryptIdentity);
  const secrets = await readVaultSecrets(call, words, settings, display, { asksAtLast: true, isNew: true });
  if (secrets.all.length > 1 && (named === undefined || named === ""))
    throw commandLineErrors.refused(
      `The vault-ids ${secrets.all.map((secret) => secret.id).join(",")} are available to encrypt. Specify the vault-id to encrypt with --encrypt-vault-id`,
      "Name one of them with --encrypt-vault-id.",
    );
  const secret = secrets.forLocking(named);
  if (secret === undefined) throw noPassword();
  return secret;
}

/** The secrets that an action decrypts with. */
export async function secretsForOpening(invocation: Invocation): Promise<VaultSecrets> {
  const { call, words, settings, display } = invocation;
  checkIdentities(invocation);
  const secrets = await readVaultSecrets(call, words, settings, display, { asksAtLast: true });
  if (secrets.all.length === 0) throw noPassword();
  return secrets;
}

/** Content as an ansible-vault text. */
export async function locked(
  content: Uint8Array,
  secret: VaultSecret,
  id: string,
  invocation: Invocation,
): Promise<string> {
  if (isVaultText(Buffer.from(content.subarray(0, 32)).toString("latin1"))) throw vaultErrors.alreadyLocked();
  return encryptVault(content, secret.password, { id, salt: invocation.settings.get(vaultSettings.salt) });
}

function noPassword(): Error {
  return commandLineErrors.refused(
    "A vault password is required to use Ansible's Vault",
    "Give one with --vault-password-file, --vault-id or --ask-vault-pass.",
  );
}

function checkIdentities({ words }: Invocation): void {
  for (const identity of words.lists.get("vaultIdentities") ?? [])
    if (identity.includes(";"))
      throw commandLineErrors.refused(
        `'${identity}' is not a valid vault id. The character ';' is not allowed in vault ids`,
        "Use another label.",
      );
}
