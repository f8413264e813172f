import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type FolderListing, readBytes } from "./folder-listing.ts";

/** An ansible-core on the operator's machine, as files: its modules and what they share. Nothing of it is run here. */
export interface InstalledAnsible {
  /** The folder of the Python package `ansible`. */
  readonly folder: string;
  /** The folder that holds it, and `ansible_collections` where the big `ansible` package is installed too. */
  readonly packages: string;
  readonly version: string;
}

/**
 * The first ansible-core found: that of the `ansible` or `ansible-playbook` in the folders of programs (their first line names
 * the Python, and so the folder of its packages), then those of the system's own Pythons.
 */
export function findInstalledAnsible(
  programs: readonly string[],
  listing: FolderListing,
): InstalledAnsible | undefined {
  for (const packages of [...fromPrograms(programs, listing), ...systemPackages(listing)]) {
    const release = readBytes(join(packages, "ansible", "release.py"))?.toString("utf8");
    const version = /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(release ?? "")?.[1];
    if (version !== undefined) return { folder: join(packages, "ansible"), packages, version };
  }
  return undefined;
}

function* fromPrograms(programs: readonly string[], listing: FolderListing): Iterable<string> {
  for (const folder of programs)
    for (const name of ["ansible", "ansible-playbook"])
      if (listing.has(folder, name)) {
        const python = interpreterOf(join(folder, name));
        if (python !== undefined) yield* packagesOf(dirname(dirname(python)), listing);
      }
}

/** The Python in a program's first line. */
function interpreterOf(path: string): string | undefined {
  try {
    const [first = ""] = readFileSync(realpathSync(path), "latin1").slice(0, 512).split("\n");
    return /^#!\s*(\/\S*python[\d.]*)\s*$/.exec(first)?.[1];
  } catch {
    return undefined;
  }
}

function* packagesOf(prefix: string, listing: FolderListing): Iterable<string> {
  for (const name of [...listing.names(join(prefix, "lib"))]
    .filter((name) => /^python3[\d.]*$/.test(name))
    .sort()
    .reverse())
    for (const kind of ["site-packages", "dist-packages"]) yield join(prefix, "lib", name, kind);
}

function* systemPackages(listing: FolderListing): Iterable<string> {
  for (const prefix of ["/usr/local", "/usr"]) yield* packagesOf(prefix, listing);
}
