import { isReadableWith, readSourceText } from "./source-files.ts";
import type { SourceKind } from "./source-kind.ts";
import type { VaultValues } from "./vault-values.ts";

export function tomlSource(vault: VaultValues): SourceKind {
  return {
    name: "toml",
    accepts: (path) => isReadableWith(path, [".toml"]),
    async read(source) {
      await readSourceText(source.path, vault);
      throw source.problem("TOML inventories cannot be read; write the same as YAML");
    },
  };
}
