import { ApplianceError } from "../kernel/errors.ts";

export const vaultErrors = {
  wrongPassword: () =>
    new ApplianceError({
      code: "INVENTORY_VAULT_WRONG_PASSWORD",
      kind: "user",
      message:
        "Decryption failed (no vault secrets were found that could decrypt): the password is not the one it was written with, or the text was altered.",
      hint: "Give the right password file; if the file itself was damaged, restore it from a backup.",
    }),
  malformed: (why: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_MALFORMED",
      kind: "user",
      message: `This is not an ansible-vault text that can be read: ${why}.`,
      hint: "The first line must be $ANSIBLE_VAULT;1.1;AES256 (or 1.2 with an id), hexadecimal lines must follow.",
    }),
  noSecrets: () =>
    new ApplianceError({
      code: "INVENTORY_VAULT_PASSWORD_MISSING",
      kind: "user",
      message: "Attempting to decrypt but no vault secrets found.",
      hint: "Give the vault password: --vault-password-file, --vault-id or --ask-vault-pass.",
    }),
  noSuchIdentity: (wanted: string, known: readonly string[]) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_IDENTITY_UNKNOWN",
      kind: "user",
      message: `Did not find a match for --encrypt-vault-id=${wanted} in the known vault-ids [${known.map((id) => `'${id}'`).join(", ")}]`,
      hint: "Name one of the vault identities given by --vault-id.",
      context: { wanted },
    }),
  /** An error about a vault text, as one about the file it is in. */
  ofFile: (path: string, error: ApplianceError) =>
    new ApplianceError({
      code: error.code,
      kind: error.kind,
      message: `${error.message} for ${path}`,
      hint: error.hint,
      context: { ...error.context, file: path },
      cause: error,
    }),
  unreadable: (path: string, problem: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_FILE_UNREADABLE",
      kind: "user",
      message: `Unable to read source file (${path}): ${problem}`,
      hint: "Name a file that is there and may be read.",
      context: { file: path },
    }),
  unwritable: (folder: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_FOLDER_UNWRITABLE",
      kind: "environment",
      message: `Destination '${folder}' not writable`,
      hint: "Nothing was changed. Make the folder writable, or name another file with --output.",
      context: { folder },
    }),
  alreadyLocked: () =>
    new ApplianceError({
      code: "INVENTORY_VAULT_ALREADY_LOCKED",
      kind: "user",
      message: "input is already encrypted",
      hint: "Use rekey for another password, or decrypt it first.",
    }),
  notLocked: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_MALFORMED",
      kind: "user",
      message: `Input is not vault encrypted data. for ${path}`,
      hint: "Name a file that ansible-vault encrypted.",
      context: { file: path },
    }),
  fileExists: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_FILE_EXISTS",
      kind: "user",
      message: `${path} exists, please use 'edit' instead`,
      hint: "Use edit, or another name.",
      context: { file: path },
    }),
  editorFailed: (command: string, problem: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_EDITOR_FAILED",
      kind: "environment",
      message: `Unable to execute the command "${command}": ${problem}`,
      hint: "Set EDITOR to an editor that is installed.",
      context: { command },
    }),
  unusableSource: (source: string, problem: string, cause?: unknown) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_SOURCE_UNUSABLE",
      kind: "user",
      message: problem,
      hint: "Name a file with the password in it, or a program that prints it.",
      context: { file: source },
      ...(cause === undefined ? {} : { cause }),
    }),
};

/** Whether an error says that a password does not fit. */
export function isWrongPassword(error: unknown): boolean {
  return error instanceof ApplianceError && error.code === "INVENTORY_VAULT_WRONG_PASSWORD";
}
