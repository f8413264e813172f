import { readData } from "./data-text.ts";
import { mayAccess, readSourceText } from "./source-files.ts";
import type { SourceKind } from "./source-kind.ts";
import type { VaultValues } from "./vault-values.ts";

/** YAML files whose `plugin` says how they are to be read. */
export function autoSource(vault: VaultValues, kinds: ReadonlyMap<string, SourceKind>): SourceKind {
  return {
    name: "auto",
    accepts: async (path) => /\.ya?ml$/.test(path) && (await mayAccess(path, "read")),
    async read(source, data) {
      const { path } = source;
      const { value } = readData(await readSourceText(path, vault), path);
      const name: unknown = value instanceof Map ? value.get("plugin") : undefined;
      if (typeof name !== "string" || name === "")
        throw source.problem(`no root 'plugin' key found, '${path}' is not a valid YAML inventory plugin config file`);
      const kind = kinds.get(name.replace(/^ansible\.(?:builtin|legacy)\./, ""));
      if (kind === undefined || kind.name === "auto")
        throw source.problem(`inventory config '${path}' specifies unknown plugin '${name}'`);
      if (!(await kind.accepts(path)))
        throw source.problem(`inventory source '${path}' could not be verified by inventory plugin '${name}'`);
      await kind.read(source, data);
    },
  };
}
