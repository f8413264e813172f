import { randomBytes } from "node:crypto";
import { link, rm } from "node:fs/promises";
import { readFileIfThere, writeFileDurably } from "../kernel/files.ts";
import { Secret } from "../kernel/secret.ts";
import { dumpYaml, loadYaml } from "../kernel/yaml.ts";
import { decryptVault, encryptVault } from "../vault/ansible-vault.ts";
import { siteErrors } from "./errors.ts";
import type { SitePaths } from "./site-paths.ts";

/**
 * The site's secrets: `vault.yml`, a list of `name: text` encrypted as a whole, which `ansible-vault view` and
 * `ansible-playbook -e @vault.yml` read. Errors: `INVENTORY_VAULT_WRONG_PASSWORD`, `…_MALFORMED`, `…_PASSWORD_MISSING`.
 */
export interface SiteVault {
  /** Every secret by name; empty when there is no vault yet. */
  read(): Promise<ReadonlyMap<string, Secret>>;
  get(name: string): Promise<Secret | undefined>;
  /** Adds and replaces; null removes. Durable when it resolves. Hold the site's lock: the file is written as a whole. */
  set(changes: Readonly<Record<string, Secret | null>>): Promise<void>;
  /** The password, from its file; made on first use when there is no vault yet. */
  password(): Promise<Secret>;
}

export function siteVault(paths: SitePaths): SiteVault {
  let last: Promise<void> = Promise.resolve();
  const read = () => readSecrets(paths);
  return {
    read,
    get: async (name) => (await read()).get(name),
    set: (changes) => {
      last = last.catch(() => undefined).then(() => change(paths, changes));
      return last;
    },
    password: () => vaultPassword(paths),
  };
}

async function readSecrets(paths: SitePaths): Promise<Map<string, Secret>> {
  const text = await readFileIfThere(paths.vault);
  if (text === undefined) return new Map();
  const value = loadYaml(await decryptVault(text, await vaultPassword(paths)), paths.vault);
  if (value === null) return new Map();
  if (typeof value !== "object" || Array.isArray(value)) throw siteErrors.vaultContent(paths.vault);
  const entries = Object.entries(value);
  if (entries.some(([, one]) => typeof one !== "string")) throw siteErrors.vaultContent(paths.vault);
  return new Map(entries.map(([name, one]) => [name, new Secret(String(one))]));
}

async function change(paths: SitePaths, changes: Readonly<Record<string, Secret | null>>): Promise<void> {
  const secrets = await readSecrets(paths);
  for (const [name, secret] of Object.entries(changes)) {
    if (secret === null) secrets.delete(name);
    else secrets.set(name, secret);
  }
  const sorted = [...secrets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, secret]) => [name, secret.reveal()]);
  const text = dumpYaml(Object.fromEntries(sorted));
  await writeFileDurably(paths.vault, await encryptVault(text, await vaultPassword(paths)), 0o600);
}

async function vaultPassword(paths: SitePaths): Promise<Secret> {
  const text = await readFileIfThere(paths.vaultPassword);
  // ansible-vault strips the file's white space at both ends, so this must too.
  if (text !== undefined && text.trim() === "") throw siteErrors.passwordEmpty(paths.vaultPassword);
  if (text !== undefined) return new Secret(text.trim());
  if ((await readFileIfThere(paths.vault)) !== undefined) throw siteErrors.passwordMissing(paths.vaultPassword);
  return makePassword(paths);
}

/** Writes the file whole, then links it into place: of two that make one at once, both use the first. */
async function makePassword(paths: SitePaths): Promise<Secret> {
  const made = `${paths.vaultPassword}.${randomBytes(6).toString("hex")}`;
  await writeFileDurably(made, `${randomBytes(32).toString("base64url")}\n`, 0o600);
  await link(made, paths.vaultPassword).catch(() => undefined);
  await rm(made, { force: true });
  const text = await readFileIfThere(paths.vaultPassword);
  if (text === undefined) throw siteErrors.passwordMissing(paths.vaultPassword);
  return new Secret(text.trim());
}
