import { pythonImports } from "./python-imports.ts";
import type { PythonPackages } from "./python-package.ts";

/** Files of Python by their path below the folder that Python imports from. */
export type PythonFiles = ReadonlyMap<string, Buffer>;

/** What the module's Python runs on beside what it imports itself. Not every release of ansible-core has each of them. */
const ALWAYS = [
  "ansible.module_utils.basic",
  "ansible.module_utils._internal._ansiballz._loader",
  "ansible.module_utils._internal._json._profiles._module_legacy_c2m",
  "ansible.module_utils._internal._json._profiles._module_legacy_m2c",
];

interface Wanted {
  readonly name: readonly string[];
  /** The last part may be a module or something in it. */
  readonly isAmbiguous: boolean;
  readonly isOptional: boolean;
}

/** A shared module that a module imports and nobody has. */
export class MissingImport extends Error {}

/**
 * Everything a new-style module needs on a host: its own source under its dotted name, and the shared modules it imports, those
 * they import, and so on. Throws {@link MissingImport} for one that cannot be found, unless the source can do without it.
 */
export function pythonPayload(name: string, source: Buffer, packages: PythonPackages, version: string): PythonFiles {
  const files = new Map<string, Buffer>([
    [
      "ansible/__init__.py",
      Buffer.from(`${NAMESPACE}__version__ = ${JSON.stringify(version)}\n__author__ = "Ansible, Inc."\n`),
    ],
    ["ansible/module_utils/__init__.py", Buffer.from(NAMESPACE)],
  ]);
  const done = new Set(["ansible", "ansible.module_utils"]);
  const wanted: Wanted[] = [
    ...importsOf(source, name.split("."), false),
    ...ALWAYS.map((always, index) => ({ name: always.split("."), isAmbiguous: false, isOptional: index > 0 })),
  ];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    if (done.has(next.name.join("."))) continue;
    const found = located(next, packages);
    if (found === undefined) {
      if (next.isOptional) continue;
      throw new MissingImport(next.name.join("."));
    }
    const dotted = found.name.join(".");
    if (done.has(dotted)) continue;
    done.add(dotted);
    files.set(`${found.name.join("/")}${found.isPackage ? "/__init__" : ""}.py`, found.text);
    wanted.push(...importsOf(found.text, found.name, found.isPackage));
    for (let depth = 1; depth < found.name.length; depth++)
      wanted.push({ name: found.name.slice(0, depth), isAmbiguous: false, isOptional: next.isOptional });
  }
  addModule(files, name, source);
  return files;
}

const NAMESPACE = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n";

function located(wanted: Wanted, packages: PythonPackages) {
  const names = [wanted.name];
  // An import from `module_utils` itself is always a module; further down it may be something in one.
  const depth = wanted.name[0] === "ansible" ? 2 : 5;
  if (wanted.isAmbiguous && wanted.name.length > depth + 1) names.push(wanted.name.slice(0, -1));
  // This one makes its submodules while it runs.
  if (wanted.name[2] === "six" && wanted.name[0] === "ansible") names.splice(0, names.length, wanted.name.slice(0, 3));
  for (const name of names) {
    const found = packages.find(name);
    if (found !== undefined) return { name, ...found };
  }
  return undefined;
}

/** What a source imports of what modules share. `name` is its own dotted name, for relative imports. */
function importsOf(source: Buffer, name: readonly string[], isPackage: boolean): Wanted[] {
  return pythonImports(source.toString("utf8")).flatMap((found) => {
    const base = found.level === 0 ? [] : name.slice(0, name.length - found.level + (isPackage ? 1 : 0));
    const parts = [...base, ...found.module.split(".").filter((part) => part !== "")];
    if (!isShared(parts)) return [];
    const whole = found.name === undefined || found.name === "*" ? parts : [...parts, found.name];
    return [{ name: whole, isAmbiguous: true, isOptional: found.isOptional }];
  });
}

function isShared(parts: readonly string[]): boolean {
  if (parts[0] === "ansible") return parts[1] === "module_utils";
  return parts[0] === "ansible_collections" && parts[3] === "plugins" && parts[4] === "module_utils";
}

function addModule(files: Map<string, Buffer>, name: string, source: Buffer): void {
  const parts = name.split(".");
  for (let depth = 1; depth < parts.length; depth++) {
    const path = `${parts.slice(0, depth).join("/")}/__init__.py`;
    if (!files.has(path)) files.set(path, Buffer.alloc(0));
  }
  files.set(`${parts.join("/")}.py`, source);
}
