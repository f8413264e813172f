import { join } from "node:path";
import { FolderListing, readBytes } from "./folder-listing.ts";
import { findInstalledAnsible, type InstalledAnsible } from "./installed-ansible.ts";
import type { ModuleFolders } from "./module-folders.ts";
import { PythonPackages } from "./python-package.ts";
import { type Route, routeOf } from "./routing.ts";

/** A module's file, and what is known about it besides. */
export interface ModuleFile {
  readonly path: string;
  /** Dotted name its Python goes by on a host. */
  readonly pythonName: string;
  /** Path of the Python that is its part on the controller. */
  readonly action: string | undefined;
  readonly deprecation: string | undefined;
}

/** The way to a module goes on by another name, or ends here. */
export type Found =
  | { readonly kind: "file"; readonly file: ModuleFile }
  | { readonly kind: "redirect"; readonly name: string }
  | { readonly kind: "gone"; readonly why: string };

/** Ends of names that are no module. */
const NO_MODULE = /\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|yml|yaml|ini|json|toml|ps1)$|~$|^__init__/;

/** Finds modules in files, in the order in which the original looks. Reads; runs nothing. */
export class ModuleFinder {
  readonly #listing = new FolderListing();
  readonly #folders: ModuleFolders;
  /** Folders of playbooks, then of roles, in the order they were met. */
  readonly #sites: string[] = [];
  #installed: InstalledAnsible | undefined | null = null;

  constructor(folders: ModuleFolders) {
    this.#folders = folders;
  }

  /** Takes a playbook's or role's folder: what is in its `library`, `module_utils` and `action_plugins` counts from now on. */
  addSite(folder: string): void {
    if (!this.#sites.includes(folder)) this.#sites.push(folder);
  }

  get installed(): InstalledAnsible | undefined {
    if (this.#installed === null) this.#installed = findInstalledAnsible(this.#folders.programs, this.#listing);
    return this.#installed;
  }

  /** A module of that short name in a `library`. */
  library(name: string): Found | undefined {
    for (const folder of [...this.#sites.map((site) => join(site, "library")), ...this.#folders.library]) {
      const path = this.#moduleIn(folder, [name]);
      if (path === undefined) continue;
      const file = {
        path,
        pythonName: `ansible.legacy.${name}`,
        action: this.#ownAction(name),
        deprecation: undefined,
      };
      return { kind: "file", file };
    }
    const action = this.#ownAction(name);
    return action === undefined ? undefined : { kind: "gone", why: controllerPart(name, action) };
  }

  /** A module of the installed ansible-core, or where it went. */
  core(name: string): Found | undefined {
    const { installed } = this;
    if (installed === undefined) return undefined;
    const path = this.#moduleIn(join(installed.folder, "modules"), [name]);
    if (path === undefined)
      return followed(routeOf(this.#listing, installed.folder, ["config", "ansible_builtin_runtime.yml"], name));
    const actions = join(installed.folder, "plugins", "action");
    const action = this.#listing.has(actions, `${name}.py`) ? join(actions, `${name}.py`) : undefined;
    return { kind: "file", file: { path, pythonName: `ansible.modules.${name}`, action, deprecation: undefined } };
  }

  /** A module of a collection. `name` may have dots: folders below its modules. */
  collection(namespace: string, collection: string, name: string): Found | undefined {
    for (const root of this.#collectionRoots()) {
      const below = ["ansible_collections", namespace, collection];
      if (!this.#listing.has(root, ...below)) continue;
      const folder = join(root, ...below);
      const route = routeOf(this.#listing, folder, ["meta", "runtime.yml"], name);
      const other = followed(route);
      if (other !== undefined) return other;
      const path = this.#moduleIn(join(folder, "plugins", "modules"), name.split("."));
      if (path === undefined) return undefined;
      const pythonName = [...below, "plugins", "modules", ...name.split(".")].join(".");
      const action = this.#collectionAction(folder, name, route);
      return { kind: "file", file: { path, pythonName, action, deprecation: route.deprecation } };
    }
    return undefined;
  }

  /** The Python that modules share, as seen from this run. */
  packages(): PythonPackages {
    const { installed } = this;
    const shared = [
      ...this.#sites.map((site) => join(site, "module_utils")),
      ...this.#folders.moduleUtils,
      ...(installed === undefined ? [] : [join(installed.folder, "module_utils")]),
    ];
    return new PythonPackages(this.#listing, shared, this.#collectionRoots());
  }

  #collectionRoots(): string[] {
    const { installed } = this;
    return [
      ...this.#sites.map((site) => join(site, "collections")),
      ...this.#folders.collections,
      ...(installed === undefined ? [] : [installed.packages]),
    ];
  }

  #moduleIn(folder: string, names: readonly string[]): string | undefined {
    const last = names.at(-1) ?? "";
    const inside = join(folder, ...names.slice(0, -1));
    const there = this.#listing.names(inside);
    const candidates = [`${last}.py`, last, ...[...there].filter((name) => name.startsWith(`${last}.`)), `_${last}.py`];
    const found = candidates.find(
      (name) => there.has(name) && !NO_MODULE.test(name) && readBytes(join(inside, name)) !== undefined,
    );
    return found === undefined ? undefined : join(inside, found);
  }

  #ownAction(name: string): string | undefined {
    const folder = this.#sites
      .map((site) => join(site, "action_plugins"))
      .find((candidate) => this.#listing.has(candidate, `${name}.py`));
    return folder === undefined ? undefined : join(folder, `${name}.py`);
  }

  #collectionAction(folder: string, name: string, route: Route): string | undefined {
    if (route.action !== undefined) return route.action;
    const actions = join(folder, "plugins", "action");
    return this.#listing.has(actions, `${name}.py`) ? join(actions, `${name}.py`) : undefined;
  }
}

export function controllerPart(name: string, action: string): string {
  return `'${name}' has a part on the controller (${action}), which is Python and cannot run in this engine`;
}

function followed(route: Route): Found | undefined {
  if (route.tombstone !== undefined) return { kind: "gone", why: `it has been removed. ${route.tombstone}`.trim() };
  return route.redirect === undefined ? undefined : { kind: "redirect", name: route.redirect };
}
