import { VaultValues } from "#inventory/loader/vault-values.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import type { Display } from "../report/display.ts";
import type { Call } from "./call.ts";
import type { Words } from "./options.ts";
import { readVaultSecrets } from "./vault-secrets.ts";

/** What ansible-vault locked, opened with the secrets that the command line and the settings name. */
export async function openVault(call: Call, words: Words, settings: Settings, display: Display): Promise<VaultValues> {
  return new VaultValues(await readVaultSecrets(call, words, settings, display));
}
