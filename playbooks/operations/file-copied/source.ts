import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { isVaultFile } from "#inventory/vault/vault-mark.ts";
import type { OperationContext } from "../operation.ts";
import { pythonJson, pythonText } from "../python-text.ts";

/** One file to copy. */
export interface FileSource {
  readonly kind: "file";
  /** Path on the controller; undefined for text given in the task. */
  readonly path: string | undefined;
  /** Name it gets when the destination is a folder; undefined when text must not go into a folder. */
  readonly name: string | undefined;
  readonly content: Buffer | { readonly localPath: string };
  readonly sha1: string;
  readonly md5: string;
  readonly size: number;
  /** Permission bits on the controller; undefined for text. */
  readonly mode: number | undefined;
}

/** A folder to copy; names are relative to the destination. */
export interface TreeSource {
  readonly kind: "tree";
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly name: string }[];
  /** Folders in which no file lies directly or below. */
  readonly emptyFolders: readonly string[];
  readonly links: readonly { readonly name: string; readonly text: string }[];
}

/** Files up to this size are held in memory; larger ones are streamed from the controller's disk. */
const IN_MEMORY_BYTES = 4 * 1024 * 1024;

export function textSource(content: unknown, name: string | undefined): FileSource {
  const text = content !== null && typeof content === "object" ? pythonJson(content) : pythonText(content);
  return { kind: "file", path: undefined, name, mode: undefined, ...measured(Buffer.from(text)) };
}

/** A file or folder of the controller. `given` is what the task says: its trailing slash means the folder's content. */
export async function localSource(
  path: string,
  given: string,
  options: { readonly follow: boolean; readonly decrypt: Decrypt | undefined },
): Promise<FileSource | TreeSource> {
  const { follow, decrypt } = options;
  const found = await stat(path);
  if (!found.isDirectory()) return fileSource(path, decrypt);
  const folder = path.replace(/\/+$/, "");
  const prefix = given.endsWith("/") ? "" : `${folder.slice(folder.lastIndexOf("/") + 1)}/`;
  const tree = { files: [], emptyFolders: [], links: [] };
  await walk(folder, prefix, follow, tree, new Set());
  return { kind: "tree", path: given.endsWith("/") ? `${folder}/` : folder, ...tree };
}

/** Reads a file of the controller that ansible-vault encrypted. */
export type Decrypt = (path: string) => Promise<Buffer>;

/** How what is encrypted is read, as the task wants it. */
export function decryptOf(
  args: Readonly<Record<string, unknown>>,
  context: Pick<OperationContext, "readLocal">,
): Decrypt | undefined {
  return args["decrypt"] === false ? undefined : (path) => context.readLocal(path);
}

/** One file of the controller. What ansible-vault encrypted is its plain content where `decrypt` is given. */
export async function fileSource(path: string, decrypt: Decrypt | undefined): Promise<FileSource> {
  const found = await stat(path);
  const common = {
    kind: "file" as const,
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    mode: found.mode & 0o7777,
  };
  if (decrypt !== undefined && (await isVaultFile(path))) return { ...common, ...measured(await decrypt(path)) };
  if (found.size <= IN_MEMORY_BYTES) return { ...common, ...measured(await readFile(path)) };
  const sha1 = createHash("sha1");
  const md5 = createHash("md5");
  for await (const chunk of createReadStream(path)) {
    sha1.update(chunk as Buffer);
    md5.update(chunk as Buffer);
  }
  return {
    ...common,
    content: { localPath: path },
    sha1: sha1.digest("hex"),
    md5: md5.digest("hex"),
    size: found.size,
  };
}

function measured(content: Buffer): { content: Buffer; sha1: string; md5: string; size: number } {
  return {
    content,
    sha1: createHash("sha1").update(content).digest("hex"),
    md5: createHash("md5").update(content).digest("hex"),
    size: content.length,
  };
}

interface Tree {
  readonly files: { path: string; name: string }[];
  readonly emptyFolders: string[];
  readonly links: { name: string; text: string }[];
}

async function walk(folder: string, prefix: string, follow: boolean, tree: Tree, seen: Set<string>): Promise<boolean> {
  const identity = await stat(folder);
  const key = `${identity.dev}:${identity.ino}`;
  if (seen.has(key)) return true;
  const path = new Set([...seen, key]);
  let holdsFiles = false;
  for (const name of (await readdir(folder)).sort()) {
    const full = join(folder, name);
    const link = (await lstat(full)).isSymbolicLink();
    if (link && !follow) {
      tree.links.push({ name: prefix + name, text: await readlink(full) });
      holdsFiles = true;
    } else if ((await stat(full)).isDirectory()) {
      holdsFiles = (await walk(full, `${prefix}${name}/`, follow, tree, path)) || holdsFiles;
    } else {
      tree.files.push({ path: full, name: prefix + name });
      holdsFiles = true;
    }
  }
  if (!holdsFiles && prefix !== "") tree.emptyFolders.push(prefix.replace(/\/$/, ""));
  return true;
}
