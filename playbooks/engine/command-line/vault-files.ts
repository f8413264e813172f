import { randomBytes } from "node:crypto";
import {
  access,
  chmod,
  chown,
  constants,
  mkdtemp,
  open,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { messageOf } from "#inventory/kernel/errors.ts";
import { writeFileDurably } from "#inventory/kernel/files.ts";
import { vaultErrors } from "#inventory/vault/errors.ts";
import type { Terminal } from "./call.ts";

/** Stands for the standard input and output. */
export const STANDARD = "-";

const PRIVATE = 0o600;

/** The content of a file, or of the standard input. */
export async function readContent(path: string, terminal: Terminal): Promise<Buffer> {
  if (path === STANDARD) return Buffer.from(await terminal.inputBytes());
  return readFile(path).catch((error: unknown) => {
    throw vaultErrors.unreadable(path, messageOf(error));
  });
}

/**
 * Puts content where it is wanted, whole or not at all. A file becomes the person's own and private, or keeps the mode and owner it
 * had.
 */
export async function writeContent(
  path: string,
  content: string | Buffer,
  terminal: Terminal,
  keepsMode = false,
): Promise<void> {
  if (path === STANDARD) {
    terminal.out(typeof content === "string" ? content : new Uint8Array(content));
    return;
  }
  await access(dirname(path), constants.W_OK).catch(() => {
    throw vaultErrors.unwritable(dirname(path));
  });
  const before = keepsMode ? await stat(path).catch(() => undefined) : undefined;
  await writeFileDurably(path, content, before === undefined ? PRIVATE : before.mode & 0o7777);
  if (before === undefined) return;
  const now = await stat(path);
  if (now.uid !== before.uid || now.gid !== before.gid) {
    await chown(path, before.uid, before.gid);
    await chmod(path, before.mode & 0o7777);
  }
}

/** A path with its links followed: what is changed is the file they lead to. */
export async function followed(path: string): Promise<string> {
  return path === STANDARD ? path : realpath(path).catch(() => path);
}

/** Lets a person edit content in a private file, which is overwritten and taken away afterwards, whatever happens. */
export async function edited(
  name: string,
  content: Buffer | undefined,
  edit: (path: string) => Promise<void>,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "bdap-vault-"));
  const path = join(folder, `${randomBytes(6).toString("hex")}${extname(name)}`);
  try {
    await writeFile(path, content ?? "", { mode: PRIVATE });
    await edit(path);
    return await readFile(path);
  } finally {
    await overwrite(path);
    await rm(folder, { recursive: true, force: true });
  }
}

async function overwrite(path: string): Promise<void> {
  const file = await open(path, "r+").catch(() => undefined);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    await file.write(randomBytes(size), 0, size, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}
