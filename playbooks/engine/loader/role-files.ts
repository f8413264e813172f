import { stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { SourceFiles } from "./source-files.ts";

export interface FoundRole {
  readonly path: string;
  readonly name: string;
  /** `namespace.name` of the collection it comes from. */
  readonly collection: string | undefined;
}

/** Finds roles, and the files in them. */
export class RoleFiles {
  readonly #files: SourceFiles;
  readonly #folders: readonly string[];
  readonly #collectionFolders: readonly string[];

  /** `folders` are searched in order for a role's folder, `collectionFolders` for collections (`ansible_collections/…`). */
  constructor(files: SourceFiles, folders: readonly string[], collectionFolders: readonly string[]) {
    this.#files = files;
    this.#folders = folders;
    this.#collectionFolders = collectionFolders;
  }

  /** Where roles are looked for, for messages. */
  get searched(): string {
    return this.#folders.join(":");
  }

  /** A role by its name, its full name in a collection, or its path. `beside`: the folder of the role that names it. */
  async find(name: string, collections: readonly string[], beside: string | undefined): Promise<FoundRole | undefined> {
    if (name === "") return undefined;
    const found = await this.#inCollections(name, collections);
    if (found !== undefined) return found;
    const folders = [
      ...this.#folders.slice(0, -1),
      ...(beside === undefined ? [] : [join(beside, "..")]),
      ...this.#folders.slice(-1),
    ];
    const candidates = isAbsolute(name) ? [name] : folders.map((folder) => resolve(folder, name));
    for (const path of candidates)
      if (await isFolder(path)) return { path, name: basename(name), collection: collectionOf(path) };
    return undefined;
  }

  async #inCollections(name: string, collections: readonly string[]): Promise<FoundRole | undefined> {
    const parts = name.split(".");
    const isFull = parts.length >= 3 && !name.includes("/");
    const wanted = isFull ? [parts.slice(0, 2).join(".")] : name.includes("/") ? [] : collections;
    const own = isFull ? parts.slice(2) : [name];
    for (const collection of wanted) {
      const [namespace = "", short = ""] = collection.split(".");
      for (const folder of this.#collectionFolders) {
        const path = join(folder, "ansible_collections", namespace, short, "roles", ...own);
        if (await isFolder(path)) return { path, name: own.join("."), collection };
      }
    }
    return undefined;
  }

  /** A YAML file of a role: `main` (or another name) with any of Ansible's extensions. */
  async file(role: string, kind: string, name: string): Promise<string | undefined> {
    const extensions = name === "main" ? [".yml", ".yaml", ".json", ""] : ["", ".yml", ".yaml", ".json"];
    for (const extension of extensions) {
      const path = join(role, kind, name + extension);
      if (path.startsWith(join(role, kind, "/")) && (await this.#files.exists(path))) return path;
    }
    return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isDirectory() ?? false;
}

/** A role that is named by its path in a collection belongs to it. */
function collectionOf(path: string): string | undefined {
  const [, namespace, name] = /\/ansible_collections\/([^/]+)\/([^/]+)\/roles\//.exec(path) ?? [];
  return namespace === undefined || name === undefined ? undefined : `${namespace}.${name}`;
}
