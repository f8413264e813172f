import { execFile } from "node:child_process";
import { access, constants, readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { messageOf } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { connectionSettings } from "../configuration/connection-settings.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import type { Words } from "./options.ts";

export interface Passwords {
  /** To sign in with. */
  readonly connection: Secret | undefined;
  readonly become: Secret | undefined;
}

/** Asks for the passwords the command line wants asked for, or reads them from the files it names. */
export async function readPasswords(call: Call, words: Words, settings: Settings): Promise<Passwords> {
  const asks = (name: "askPass" | "becomeAskPass") => words.flags.has(name) || settings.get(connectionSettings[name]);
  const file = (name: "connectionPasswordFile" | "becomePasswordFile") => {
    const given = words.texts.get(name);
    if (given === undefined) return settings.get(connectionSettings[name]);
    return given === "-" ? given : expandPath(given, settings.around);
  };
  const method = words.texts.get("becomeMethod") ?? settings.get(connectionSettings.becomeMethod);
  const becomeName = settings.get(connectionSettings.agnosticBecomePrompt) ? "BECOME" : method.toUpperCase();
  const isAsked = asks("askPass");
  const connection = isAsked
    ? new Secret(await call.terminal.ask("SSH password: ", true))
    : await fromFile(file("connectionPasswordFile"), call);
  if (!asks("becomeAskPass")) return { connection, become: await fromFile(file("becomePasswordFile"), call) };
  const question = `${becomeName} password${isAsked ? "[defaults to SSH password]" : ""}: `;
  const answer = await call.terminal.ask(question, true);
  return { connection, become: answer === "" && isAsked ? connection : new Secret(answer) };
}

async function fromFile(path: string | undefined, call: Call): Promise<Secret | undefined> {
  return path === undefined ? undefined : new Secret(await readPasswordFile(path, call));
}

/** The password in a file, on the standard input (`-`), or that a program prints. Throws `PLAYBOOKS_PASSWORD_FILE_UNUSABLE`. */
export async function readPasswordFile(path: string, call: Call): Promise<string> {
  const password = path === "-" ? (await call.terminal.input()).replace(/^[\r\n]+|[\r\n]+$/g, "") : await stored(path);
  if (password === "") throw commandLineErrors.passwordFile(path, `Empty password was provided from file (${path})`);
  return password;
}

async function stored(path: string): Promise<string> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) throw commandLineErrors.passwordFile(path, `The password file ${path} was not found`);
  const isProgram =
    (entry.mode & 0o111) !== 0 &&
    (await access(path, constants.X_OK).then(
      () => true,
      () => false,
    ));
  try {
    if (!isProgram) return (await readFile(path, "utf8")).trim();
    return (await promisify(execFile)(path, [])).stdout.replace(/^[\r\n]+|[\r\n]+$/g, "");
  } catch (error) {
    throw commandLineErrors.passwordFile(path, `The password file ${path} cannot be used: ${messageOf(error)}`);
  }
}
