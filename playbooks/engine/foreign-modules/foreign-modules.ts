import { readFileSync } from "node:fs";
import { controllerPart, type Found, type ModuleFile, ModuleFinder } from "./module-finder.ts";
import type { ModuleFolders } from "./module-folders.ts";
import { IMPORT_MARK, type ModuleStyle, moduleStyle, shebangOf } from "./module-style.ts";
import { MissingImport, type PythonFiles, pythonPayload } from "./python-payload.ts";

/** A module that somebody wrote for Ansible and that is carried out on the host as it is. */
export interface ForeignModule {
  /** Fully qualified. */
  readonly name: string;
  readonly path: string;
  readonly style: ModuleStyle;
  readonly pythonName: string;
  readonly source: Buffer;
  /** What a `python` module needs on the host, itself among it. */
  readonly files: PythonFiles;
  /** ansible-core whose modules it goes with. */
  readonly version: string;
  readonly deprecation: string | undefined;
}

/** Why a module that was found cannot be carried out. */
export interface Refusal {
  readonly refused: string;
}

/** Version told to modules that go with no installed ansible-core. */
const LANGUAGE_VERSION = "2.19.14";
const MOST_REDIRECTS = 10;

/** The modules a run can use beside the engine's own, each read once. */
export class ForeignModules {
  readonly #finder: ModuleFinder;
  readonly #known = new Map<string, ForeignModule | Refusal | undefined>();

  constructor(folders: ModuleFolders) {
    this.#finder = new ModuleFinder(folders);
  }

  /** Takes a playbook's or role's folder. What was found before keeps its meaning. */
  addSite(folder: string): void {
    this.#finder.addSite(folder);
    for (const [name, known] of this.#known) if (known === undefined || "refused" in known) this.#known.delete(name);
  }

  /** The module of that fully qualified name; `ansible.legacy.x` is one of a `library`. */
  find(name: string): ForeignModule | Refusal | undefined {
    if (!this.#known.has(name)) this.#known.set(name, this.#read(name));
    return this.#known.get(name);
  }

  /** The name a module goes by that its collection gave away; undefined where it did not. */
  redirect(name: string): string | undefined {
    let at = name;
    for (let step = 0; step < MOST_REDIRECTS; step++) {
      const found = this.#locate(at);
      if (found?.kind !== "redirect") return at === name || found === undefined ? undefined : at;
      at = found.name;
    }
    return undefined;
  }

  #read(name: string): ForeignModule | Refusal | undefined {
    let at = name;
    for (let step = 0; step < MOST_REDIRECTS; step++) {
      const found = this.#locate(at);
      if (found === undefined)
        return step === 0 ? undefined : { refused: `'${name}' is now '${at}', which is not there` };
      if (found.kind === "file") return this.#module(at, found.file);
      if (found.kind === "gone") return { refused: found.why };
      at = found.name;
    }
    return { refused: `'${name}' is redirected in a circle` };
  }

  #locate(name: string): Found | undefined {
    const [namespace = "", collection = "", ...rest] = name.split(".");
    const short = rest.join(".");
    if (short === "" || !/^[\w.]+$/.test(name)) return undefined;
    if (namespace !== "ansible") return this.#finder.collection(namespace, collection, short);
    if (collection === "legacy") return this.#finder.library(short);
    return collection === "builtin" ? this.#finder.core(short) : this.#finder.collection(namespace, collection, short);
  }

  #module(name: string, file: ModuleFile): ForeignModule | Refusal {
    if (file.action !== undefined) return { refused: controllerPart(name, file.action) };
    const source = readFileSync(file.path);
    const style = moduleStyle(source);
    const version = this.#finder.installed?.version ?? LANGUAGE_VERSION;
    if (style === "powershell") return { refused: `'${name}' (${file.path}) is for Windows` };
    if (style !== "binary" && style !== "python" && shebangOf(source) === undefined)
      return { refused: `module (${name}) is missing interpreter line (${file.path})` };
    const { path, pythonName, deprecation } = file;
    const known = { name, path, style, pythonName, source, version, deprecation };
    if (style !== "python") return { ...known, files: new Map() };
    try {
      return { ...known, files: pythonPayload(pythonName, withImport(source), this.#finder.packages(), version) };
    } catch (error) {
      if (!(error instanceof MissingImport)) throw error;
      return { refused: this.#missing(name, file.path, error.message) };
    }
  }

  #missing(name: string, path: string, what: string): string {
    const where =
      this.#finder.installed === undefined && what.startsWith("ansible.module_utils.")
        ? "no ansible-core was found on this machine to take it from"
        : "it was found nowhere";
    return `the module '${name}' (${path}) imports ${what}, and ${where}`;
  }
}

/** Modules of old have a mark where they import what all share. */
function withImport(source: Buffer): Buffer {
  if (!source.includes(IMPORT_MARK)) return source;
  return Buffer.from(
    source.toString("latin1").replaceAll(IMPORT_MARK, "from ansible.module_utils.basic import *"),
    "latin1",
  );
}
