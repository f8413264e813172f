import { spawn } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { shellWords } from "#inventory/loader/shell-words.ts";
import { vaultSettings } from "#inventory/settings/inventory-settings.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import { isVaultText, vaultIdOf } from "#inventory/vault/ansible-vault.ts";
import { vaultErrors } from "#inventory/vault/errors.ts";
import type { VaultSecret, VaultSecrets } from "#inventory/vault/vault-secrets.ts";
import { commandLineErrors } from "./errors.ts";
import type { Invocation } from "./program.ts";
import { edited, followed, readContent, STANDARD, writeContent } from "./vault-files.ts";
import { locked, secretForLocking, secretsForOpening } from "./vault-locking.ts";
import { gatherSecrets } from "./vault-secrets.ts";

/** `encrypt`: files in place, or one to `--output`; the standard input where none is named. */
export async function encryptFiles(invocation: Invocation): Promise<void> {
  const { call } = invocation;
  const output = outputOf(invocation);
  const secret = await secretForLocking(invocation);
  if (invocation.words.rest.length === 0 && call.terminal.isInteractive)
    tellIt(invocation, "Reading plaintext input from stdin");
  for (const file of await filesOf(invocation)) {
    const content = await readContent(file, call.terminal);
    await writeContent(output ?? file, await locked(content, secret, secret.id, invocation), call.terminal);
  }
  tellSuccess(invocation, "Encryption successful");
}

/** `decrypt`: files in place, or one to `--output`; the standard input where none is named. */
export async function decryptFiles(invocation: Invocation): Promise<void> {
  const { call } = invocation;
  const output = outputOf(invocation);
  const secrets = await secretsForOpening(invocation);
  if (invocation.words.rest.length === 0 && call.terminal.isInteractive)
    tellIt(invocation, "Reading ciphertext input from stdin");
  for (const file of await filesOf(invocation)) {
    const { content } = await opened(file, secrets, invocation);
    await writeContent(output ?? file, content, call.terminal);
  }
  tellSuccess(invocation, "Decryption successful");
}

/** `view`: through the pager where the output is a terminal. */
export async function viewFiles(invocation: Invocation): Promise<void> {
  const { words, settings, display, call } = invocation;
  const secrets = await secretsForOpening(invocation);
  for (const file of words.rest) {
    const { content } = await opened(expandPath(file, settings.around), secrets, invocation);
    const text = content.toString("utf8");
    if (call.terminal.columns === undefined || !(await paged(text, invocation))) display.show(text);
  }
}

/** `create`: a file that is not there yet, made in the editor. */
export async function createFile(invocation: Invocation): Promise<void> {
  const { words, settings, display, call } = invocation;
  const [file] = words.rest;
  const secret = await secretForLocking(invocation);
  if (file === undefined || words.rest.length > 1)
    throw commandLineErrors.refused("ansible-vault create can take only one filename argument", "Name one file.");
  if (call.terminal.columns === undefined && !words.flags.has("skipTtyCheck"))
    throw commandLineErrors.refused(
      "not a tty, editor cannot be opened",
      "Run it in a terminal, or encrypt a file that is there.",
    );
  const path = expandPath(file, settings.around);
  const folder = dirname(path);
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    display.warning(`${folder} does not exist, creating...`);
    await mkdir(folder, { recursive: true });
  }
  if ((await stat(path).catch(() => undefined))?.isFile() === true) throw vaultErrors.fileExists(file);
  const content = await edited(path, undefined, (temporary) => runEditor(temporary, invocation));
  if (content.length > 0) await writeContent(path, await locked(content, secret, secret.id, invocation), call.terminal);
}

/** `edit`: written back with the identity and the secret it had, only where something changed. */
export async function editFiles(invocation: Invocation): Promise<void> {
  const { words, settings, call } = invocation;
  const secrets = await secretsForOpening(invocation);
  for (const file of words.rest) {
    const path = await followed(expandPath(file, settings.around));
    const { content, secret, id } = await opened(path, secrets, invocation);
    const after = await edited(path, content, (temporary) => runEditor(temporary, invocation));
    if (!after.equals(content))
      await writeContent(path, await locked(after, secret, id ?? "default", invocation), call.terminal, true);
  }
}

/** `rekey`: files in place, mode and owner kept. */
export async function rekeyFiles(invocation: Invocation): Promise<void> {
  const { words, settings, display, call } = invocation;
  if (words.texts.has("newVaultPasswordFile") && words.texts.has("newVaultIdentity"))
    throw commandLineErrors.invalid(
      call.program,
      "argument --new-vault-id: not allowed with argument --new-vault-password-file",
    );
  const secrets = await secretsForOpening(invocation);
  const named = words.texts.get("encryptVaultIdentity") ?? settings.get(vaultSettings.encryptIdentity);
  const [identity, file] = [words.texts.get("newVaultIdentity"), words.texts.get("newVaultPasswordFile")];
  const known = named === undefined || named === "" ? [] : settings.get(vaultSettings.identities);
  const fresh = await gatherSecrets(call, settings, display, {
    identities: identity === undefined ? known : [...known, identity],
    files: file === undefined ? [] : [file],
    asks: words.flags.has("askVaultPass"),
    asksAtLast: true,
    isNew: true,
  });
  const secret = fresh.forLocking(named);
  if (secret === undefined)
    throw commandLineErrors.refused("A new vault password is required to use Ansible's Vault rekey", "Give a new one.");
  for (const each of words.rest) {
    const path = await followed(expandPath(each, settings.around));
    const { content } = await opened(path, secrets, invocation);
    await writeContent(path, await locked(content, secret, secret.id, invocation), call.terminal, true);
  }
  tellIt(invocation, "Rekey successful");
}

async function opened(
  path: string,
  secrets: VaultSecrets,
  { call }: Invocation,
): Promise<{ readonly content: Buffer; readonly secret: VaultSecret; readonly id: string | undefined }> {
  const text = (await readContent(path, call.terminal)).toString("utf8");
  if (!isVaultText(text)) throw vaultErrors.notLocked(path);
  try {
    return { ...(await secrets.open(text)), id: vaultIdOf(text) };
  } catch (error) {
    if (!(error instanceof ApplianceError)) throw error;
    throw vaultErrors.ofFile(path, error);
  }
}

async function filesOf({ words, settings }: Invocation): Promise<string[]> {
  const given = words.rest.length === 0 ? [STANDARD] : words.rest;
  return Promise.all(given.map((file) => followed(file === STANDARD ? file : expandPath(file, settings.around))));
}

function outputOf({ words, settings }: Invocation): string | undefined {
  const output = words.texts.get("output");
  if (output !== undefined && words.rest.length > 1)
    throw commandLineErrors.refused("At most one input file may be used with the --output option", "Name one file.");
  return output === undefined || output === STANDARD ? output : expandPath(output, settings.around);
}

async function runEditor(path: string, { settings }: Invocation): Promise<void> {
  const words = shellWords(settings.get(vaultSettings.editor), false);
  const [program = "vi", ...before] = words;
  await new Promise<void>((resolve, reject) => {
    const editor = spawn(program, [...before, path], { stdio: "inherit", env: { ...settings.around.environment } });
    editor.on("error", (error) => reject(vaultErrors.editorFailed([...words, path].join(" "), error.message)));
    editor.on("close", () => resolve());
  });
}

/** Shows a text in the person's pager; false where there is none. */
function paged(text: string, { settings }: Invocation): Promise<boolean> {
  const { environment } = settings.around;
  return new Promise((resolve) => {
    const pager = spawn("sh", ["-c", environment["PAGER"] ?? "less"], {
      stdio: ["pipe", "inherit", "inherit"],
      env: { LESS: "FRSX", ...environment },
    });
    pager.on("error", () => resolve(false));
    pager.on("close", (code) => resolve(code !== 127));
    pager.stdin.on("error", () => undefined);
    pager.stdin.end(text);
  });
}

function tellIt({ display }: Invocation, text: string): void {
  display.show(text, undefined, true);
}

function tellSuccess(invocation: Invocation, text: string): void {
  if (invocation.call.terminal.columns !== undefined) tellIt(invocation, text);
}
