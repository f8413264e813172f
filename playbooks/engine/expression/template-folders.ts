import { dirname, join } from "node:path";
import type { Scope } from "./scope.ts";
import { pythonString } from "./values.ts";

/** Where a template file's own `include`, `import` and `extends` look: as Ansible's template action has it. */
export function templateFolders(path: string, scope: Scope): string[] {
  const searched = scope.get("ansible_search_path");
  const playbook = scope.get("playbook_dir");
  const folders = Array.isArray(searched) ? searched.map(pythonString) : [];
  if (typeof playbook === "string") folders.push(playbook);
  folders.push(dirname(path));
  return [...new Set(folders.flatMap((folder) => [join(folder, "templates"), folder]))];
}
