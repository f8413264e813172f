import { statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Scope } from "../expression/scope.ts";
import { pythonString } from "../expression/values.ts";

/** A path on the controller as Ansible resolves it: under `kind` of the role, of the playbook, or beside them. */
export function findLocalFile(name: string, kind: string, scope: Scope): string | undefined {
  if (name === "") return undefined;
  const folders = scope.get("ansible_search_path");
  const candidates = isAbsolute(name)
    ? [name]
    : (Array.isArray(folders) ? folders.map(pythonString) : []).flatMap((folder) => [
        join(folder, kind, name),
        join(folder, name),
      ]);
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
}
