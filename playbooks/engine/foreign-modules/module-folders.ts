import { join } from "node:path";

/** Where modules written for Ansible are looked for, beside what the playbook and its roles bring. Absolute paths, first wins. */
export interface ModuleFolders {
  /** Folders of modules (DEFAULT_MODULE_PATH, `ANSIBLE_LIBRARY`). */
  readonly library: readonly string[];
  /** Folders of Python that modules share (DEFAULT_MODULE_UTILS_PATH, `ANSIBLE_MODULE_UTILS`). */
  readonly moduleUtils: readonly string[];
  /** Folders that hold `ansible_collections` (COLLECTIONS_PATHS, `ANSIBLE_COLLECTIONS_PATH`). */
  readonly collections: readonly string[];
  /** Folders of programs (PATH), by which an installed Ansible is found. */
  readonly programs: readonly string[];
}

/** The folders an environment names, ansible-core's own defaults where it names none. Without HOME, none of a person's own. */
export function moduleFolders(environment: Readonly<Record<string, string | undefined>>): ModuleFolders {
  const home =
    environment["ANSIBLE_HOME"] ?? (environment["HOME"] === undefined ? undefined : `${environment["HOME"]}/.ansible`);
  const folders = (name: string, otherwise: readonly string[]) => {
    const written = environment[name];
    if (written === undefined || written === "") return otherwise;
    return written
      .split(":")
      .filter((folder) => folder !== "")
      .map((folder) => expanded(folder, environment["HOME"]));
  };
  const own = (name: string) => (home === undefined ? [] : [join(home, name)]);
  return {
    library: folders("ANSIBLE_LIBRARY", [...own("plugins/modules"), "/usr/share/ansible/plugins/modules"]),
    moduleUtils: folders("ANSIBLE_MODULE_UTILS", [
      ...own("plugins/module_utils"),
      "/usr/share/ansible/plugins/module_utils",
    ]),
    collections: folders("ANSIBLE_COLLECTIONS_PATH", [...own("collections"), "/usr/share/ansible/collections"]),
    programs: folders("PATH", []),
  };
}

function expanded(folder: string, home: string | undefined): string {
  return home !== undefined && (folder === "~" || folder.startsWith("~/")) ? home + folder.slice(1) : folder;
}
