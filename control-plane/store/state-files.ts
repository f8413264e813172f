import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "#inventory/kernel/files.ts";

/** The few file operations the store stands on, so that tests can break each of them. Names are within one folder. */
export interface StateFiles {
  names(): Promise<string[]>;
  read(name: string): Promise<Buffer>;
  /** Makes a new file, mode 0600, with its content on the disk. Rejects with {@link SyncError} when fsync failed. */
  create(name: string, content: Buffer): Promise<void>;
  /** Adds to a file, making it if needed, and puts it on the disk. Rejects with {@link SyncError} when fsync failed. */
  append(name: string, content: Buffer): Promise<void>;
  truncate(name: string, length: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Puts new, renamed and removed names on the disk. Rejects with {@link SyncError} when fsync failed. */
  syncNames(): Promise<void>;
}

/** fsync failed: the kernel may have dropped the data and calls the pages clean, so asking again proves nothing. */
export class SyncError extends Error {
  constructor(cause: unknown) {
    super(`fsync failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "SyncError";
  }
}

/** The files of a real folder; it is made with mode 0700 if it is not there. */
export async function folderFiles(folder: string): Promise<StateFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(folder, name);
  return {
    names: () => readdir(folder),
    read: (name) => readFile(at(name)),
    create: (name, content) => writeAndSync(at(name), "wx", content),
    append: (name, content) => writeAndSync(at(name), "a", content),
    truncate: (name, length) => truncate(at(name), length),
    rename: (from, to) => rename(at(from), at(to)),
    remove: (name) => rm(at(name), { force: true }),
    syncNames: () => syncDirectory(folder).catch(rethrowAsSyncError),
  };
}

async function writeAndSync(path: string, flags: "wx" | "a", content: Buffer): Promise<void> {
  const file: FileHandle = await open(path, flags, 0o600);
  try {
    await file.writeFile(content);
    await file.datasync().catch(rethrowAsSyncError);
  } finally {
    await file.close();
  }
}

function rethrowAsSyncError(error: unknown): never {
  throw new SyncError(error);
}
