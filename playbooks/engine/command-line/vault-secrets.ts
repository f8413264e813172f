import { execFile, spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { messageOf } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { vaultSettings } from "#inventory/settings/inventory-settings.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { isVaultText } from "#inventory/vault/ansible-vault.ts";
import { vaultErrors } from "#inventory/vault/errors.ts";
import { type VaultSecret, VaultSecrets } from "#inventory/vault/vault-secrets.ts";
import type { Display } from "../report/display.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import type { Words } from "./options.ts";

export interface SecretSources {
  /** `label@source` or a source: a file, a program, `prompt`. */
  readonly identities: readonly string[];
  readonly files: readonly string[];
  readonly asks: boolean;
  /** Ask where nothing else is said. */
  readonly asksAtLast?: boolean;
  /** The password is to be a new one: asked for twice. */
  readonly isNew?: boolean;
}

/** The vault secrets that a command line and the settings name, in Ansible's order. */
export async function readVaultSecrets(
  call: Call,
  words: Words,
  settings: Settings,
  display: Display,
  more: { readonly asksAtLast?: boolean; readonly isNew?: boolean } = {},
): Promise<VaultSecrets> {
  const asks = words.flags.has("askVaultPass");
  const files = words.lists.get("vaultPasswordFiles") ?? [];
  if (asks && files.length > 0)
    throw commandLineErrors.invalid(
      call.program,
      "argument --vault-password-file/--vault-pass-file: not allowed with argument -J/--ask-vault-password/--ask-vault-pass",
    );
  const identities = [...settings.get(vaultSettings.identities), ...(words.lists.get("vaultIdentities") ?? [])];
  return gatherSecrets(call, settings, display, {
    identities,
    files,
    asks: asks || settings.get(vaultSettings.askPassword),
    ...more,
  });
}

/** Secrets of the places named. A place that gives none is warned about, and an error where none gives one. */
export async function gatherSecrets(
  call: Call,
  settings: Settings,
  display: Display,
  sources: SecretSources,
): Promise<VaultSecrets> {
  const usual = settings.get(vaultSettings.passwordFile);
  const identity = settings.get(vaultSettings.identity);
  const files = usual === undefined ? sources.files : [...sources.files, usual];
  const slugs = [...sources.identities, ...files.map((file) => `${identity}@${file}`)];
  if (sources.asks || (slugs.length === 0 && sources.asksAtLast === true)) slugs.push(`${identity}@${ASKED}`);
  const found: VaultSecret[] = [];
  const matches = settings.get(vaultSettings.matchIdentity);
  let failure: unknown;
  for (const slug of slugs) {
    const at = slug.indexOf("@");
    const label = at === -1 ? undefined : slug.slice(0, at);
    const source = slug.slice(at + 1);
    const id = label === undefined || label === "" ? identity : label;
    if (source === "prompt" || source === ASKED) {
      found.push({ id, password: await askedPassword(call, display, id, source, sources.isNew === true) });
      continue;
    }
    try {
      const path = expandPath(source, settings.around);
      found.push({ id, password: await storedPassword(path, label, new VaultSecrets(found, matches), settings) });
    } catch (error) {
      const isFound = (await stat(expandPath(source, settings.around)).catch(() => undefined))?.isFile() === true;
      const what = isFound ? "Error in vault password file loading" : "Error getting vault password file";
      display.warning(`${what} (${label ?? "None"}): ${messageOf(error)}`);
      failure = error;
    }
  }
  if (failure !== undefined && found.length === 0) throw failure;
  return new VaultSecrets(found, matches);
}

/** As `--ask-vault-pass` is written among identities. */
const ASKED = "prompt_ask_vault_pass";

async function askedPassword(call: Call, display: Display, id: string, kind: string, isNew: boolean): Promise<Secret> {
  const label = kind === ASKED ? "" : ` (${id})`;
  const name = kind === ASKED ? "Vault" : "vault";
  const questions = isNew
    ? [
        `New ${name} password${label}: `,
        `Confirm ${isNew && kind === ASKED ? "New" : "new"} ${name} password${label}: `,
      ]
    : [`Vault password${label}: `];
  try {
    const answers: string[] = [];
    for (const question of questions) {
      const answer = await call.terminal.ask(question, true).catch(() => {
        throw vaultErrors.unusableSource("prompt", `EOFError (ctrl-d) on prompt for (${id})`);
      });
      if (answer === "") throw vaultErrors.unusableSource("prompt", "Invalid vault password was provided");
      answers.push(answer.trim());
    }
    if (answers.some((answer) => answer !== answers[0]))
      throw vaultErrors.unusableSource("prompt", "Passwords do not match");
    return new Secret(answers[0] ?? "");
  } catch (error) {
    display.warning(`Error in vault password prompt (${id}): ${messageOf(error)}`);
    throw error;
  }
}

async function storedPassword(
  path: string,
  label: string | undefined,
  known: VaultSecrets,
  settings: Settings,
): Promise<Secret> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) throw vaultErrors.unusableSource(path, `The vault password file ${path} was not found`);
  if (entry.isDirectory())
    throw vaultErrors.unusableSource(path, `The vault password file provided '${path}' can not be a directory`);
  if ((entry.mode & 0o111) !== 0) return programPassword(path, label, settings);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw vaultErrors.unusableSource(path, `Could not read vault password file '${path}': ${messageOf(error)}`, error);
  });
  const stored = text.trim();
  const opened = isVaultText(stored) ? (await known.open(stored)).content.toString("utf8") : stored;
  return notEmpty(opened, path, `Invalid vault password was provided from file (${path})`);
}

function notEmpty(text: string, path: string, problem: string): Secret {
  const password = text.replace(/^[\r\n]+|[\r\n]+$/g, "");
  if (password === "") throw vaultErrors.unusableSource(path, problem);
  return new Secret(password);
}

/** What a program prints; one called `…-client` is told the identity. Its error output is the person's unless it is such a client. */
async function programPassword(path: string, label: string | undefined, settings: Settings): Promise<Secret> {
  const isClient = basename(path, extname(path)).endsWith("-client");
  const words = isClient && label !== undefined && label !== "" ? ["--vault-id", label] : [];
  const env = { ...settings.around.environment };
  const { code, output, errors } = isClient ? await quietly(path, words, env) : await openly(path, env);
  const empty = `Invalid vault password was provided from script (${path})`;
  if (code === 0) return notEmpty(output, path, empty);
  if (!isClient)
    throw vaultErrors.unusableSource(path, `Vault password script ${path} returned non-zero (${code}): None`);
  const told = errors.trim();
  throw vaultErrors.unusableSource(
    path,
    code === 2
      ? `Vault password client script ${path} did not find a secret for vault-id=${label ?? "None"}: ${told}`
      : `Vault password client script ${path} returned non-zero (${code}) when getting secret for vault-id=${label ?? "None"}: ${told}`,
  );
}

interface ProgramOutcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function quietly(path: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<ProgramOutcome> {
  return new Promise((resolve, reject) => {
    execFile(path, words, { env }, (error, output, errors) => {
      if (error !== null && typeof error.code !== "number") reject(notRunning(path, error));
      else resolve({ code: Number(error?.code ?? 0), output, errors });
    });
  });
}

function openly(path: string, env: NodeJS.ProcessEnv): Promise<ProgramOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [], { env, stdio: ["inherit", "pipe", "inherit"] });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.on("error", (error) => reject(notRunning(path, error)));
    child.on("close", (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(parts).toString("utf8"), errors: "" }),
    );
  });
}

function notRunning(path: string, error: Error): Error {
  return vaultErrors.unusableSource(
    path,
    `Problem running vault password script ${path} (${error.message}). If this is not a script, remove the executable bit from the file.`,
    error,
  );
}
