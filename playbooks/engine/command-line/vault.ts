import { Settings } from "#inventory/settings/settings.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import { VAULT_OPTIONS } from "./option-table.ts";
import { type Invocation, type Program, runProgram } from "./program.ts";
import { createFile, decryptFiles, editFiles, encryptFiles, rekeyFiles, viewFiles } from "./vault-actions.ts";
import { lockTexts } from "./vault-texts.ts";
import { helpText, versionText } from "./version.ts";

type Action = "create" | "decrypt" | "edit" | "view" | "encrypt" | "encrypt_string" | "rekey";

const ACTIONS: Readonly<Record<Action, { readonly purpose: string; run(invocation: Invocation): Promise<void> }>> = {
  create: { purpose: "Makes a new encrypted file in an editor.", run: createFile },
  decrypt: { purpose: "Decrypts files, or the standard input.", run: decryptFiles },
  edit: { purpose: "Edits encrypted files.", run: editFiles },
  view: { purpose: "Shows encrypted files.", run: viewFiles },
  encrypt: { purpose: "Encrypts files, or the standard input.", run: encryptFiles },
  encrypt_string: { purpose: "Encrypts texts for use as variables.", run: lockTexts },
  rekey: { purpose: "Encrypts files anew, with another password.", run: rekeyFiles },
};

/** Encrypts and decrypts as ansible-vault does: its actions, options, settings, output and exit codes. Throws nothing. */
export async function vaultProgram(call: Call): Promise<number> {
  const at = call.words.findIndex((word) => !word.startsWith("-"));
  const written = call.words[at];
  const name = written?.replaceAll("-", "_");
  if (name !== undefined && isAction(name)) return vaultAction(name)({ ...call, words: call.words.toSpliced(at, 1) });
  if (call.words.some((word) => word === "-h" || word === "--help")) {
    call.terminal.out(helpText(`${call.program} ACTION [options]`, actionsText(), []));
    return 0;
  }
  if (call.words.includes("--version")) {
    call.terminal.out(versionText(call.program, await Settings.open(call.around)));
    return 0;
  }
  return runProgram(
    {
      options: [],
      usage: "ACTION",
      purpose: "",
      run: () => Promise.reject(commandLineErrors.invalid(call.program, wrongAction(written))),
    },
    { ...call, words: [] },
  );
}

/** One action of it, with no action among its words. */
export function vaultAction(action: Action): (call: Call) => Promise<number> {
  const { purpose, run } = ACTIONS[action];
  const program: Program = {
    options: VAULT_OPTIONS[action] ?? [],
    usage: `${action} [options] [file ...]`,
    purpose,
    async run(invocation) {
      await run(invocation);
      return 0;
    },
  };
  return (call) => runProgram(program, call);
}

function isAction(name: string): name is Action {
  return Object.hasOwn(ACTIONS, name);
}

function actionsText(): string {
  return Object.entries(ACTIONS)
    .map(([name, { purpose }]) => `${name.padEnd(16)}${purpose}`)
    .join("\n");
}

function wrongAction(written: string | undefined): string {
  const known = Object.keys(ACTIONS);
  return written === undefined
    ? "the following arguments are required: action"
    : `argument action: invalid choice: '${written}' (choose from ${known.map((name) => `'${name}'`).join(", ")})`;
}
