import { join } from "node:path";
import type { FolderListing } from "./folder-listing.ts";

/** Python source of one module, as it lies on disk. */
export interface PythonSource {
  readonly text: Buffer;
  readonly isPackage: boolean;
}

/** Where Python that modules share is found by its dotted name, read as files. */
export class PythonPackages {
  readonly #listing: FolderListing;
  /** Folders that stand for `ansible.module_utils`, first wins. */
  readonly #shared: readonly string[];
  /** Folders that hold `ansible_collections`. */
  readonly #collections: readonly string[];

  constructor(listing: FolderListing, shared: readonly string[], collections: readonly string[]) {
    this.#listing = listing;
    this.#shared = shared;
    this.#collections = collections;
  }

  /** The source of `ansible.module_utils.a.b` or `ansible_collections.ns.name.plugins.module_utils.a`; undefined when there is none. */
  find(name: readonly string[]): PythonSource | undefined {
    if (name[0] === "ansible" && name[1] === "module_utils") return this.#first(this.#shared, name.slice(2));
    if (name[0] !== "ansible_collections") return undefined;
    // The packages down to module_utils are only there to hold it; what a collection keeps in them stays at home.
    if (name.length < 6) return { text: Buffer.alloc(0), isPackage: true };
    return this.#first(
      this.#collections.map((folder) => join(folder, "ansible_collections")),
      name.slice(1),
    );
  }

  #first(folders: readonly string[], parts: readonly string[]): PythonSource | undefined {
    const [last] = parts.slice(-1);
    if (last === undefined) return undefined;
    for (const folder of folders) {
      const inside = this.#listing.read(folder, ...parts, "__init__.py");
      if (inside !== undefined) return { text: inside, isPackage: true };
      const text = this.#listing.read(folder, ...parts.slice(0, -1), `${last}.py`);
      if (text !== undefined) return { text, isPackage: false };
    }
    return undefined;
  }
}
