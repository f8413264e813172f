import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Looks into folders once each: what is there when a playbook is read counts for the whole run. */
export class FolderListing {
  readonly #names = new Map<string, ReadonlySet<string>>();

  /** Names in a folder; none when it cannot be read. */
  names(folder: string): ReadonlySet<string> {
    let names = this.#names.get(folder);
    if (names === undefined) {
      names = new Set(readNames(folder));
      this.#names.set(folder, names);
    }
    return names;
  }

  /** Whether there is a file or folder of that path. Sees only what its folder listed. */
  has(folder: string, ...parts: readonly string[]): boolean {
    let at = folder;
    for (const part of parts) {
      if (!this.names(at).has(part)) return false;
      at = join(at, part);
    }
    return true;
  }

  /** The bytes of a file in a folder; undefined when it is not there or no file. */
  read(folder: string, ...parts: readonly string[]): Buffer | undefined {
    return this.has(folder, ...parts) ? readBytes(join(folder, ...parts)) : undefined;
  }
}

export function readBytes(path: string): Buffer | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
