import { inventorySettings } from "../settings/inventory-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { autoSource } from "./auto-source.ts";
import { constructedSource } from "./constructed-source.ts";
import { inventoryErrors } from "./errors.ts";
import { generatorSource } from "./generator-source.ts";
import { advancedHostListSource, hostListSource } from "./host-list-source.ts";
import { iniSource } from "./ini-source.ts";
import type { RawVariables } from "./inventory.ts";
import { scriptSource } from "./script-source.ts";
import type { SourceKind } from "./source-kind.ts";
import type { InventoryTemplating } from "./templating.ts";
import { tomlSource } from "./toml-source.ts";
import type { VariableFiles } from "./variable-files.ts";
import type { VaultValues } from "./vault-values.ts";
import { yamlSource } from "./yaml-source.ts";

export interface KindTools {
  readonly vault: VaultValues;
  readonly files: VariableFiles;
  readonly templating: InventoryTemplating | undefined;
  readonly extraVariables: RawVariables;
  /** What scripts see; this process's own where undefined. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  /** Folders of the sources read so far. */
  folders(): Promise<readonly string[]>;
  warn(text: string): void;
}

/** The ways to read a source that settings enable, in their order. Throws where none is left. */
export function enabledKinds(settings: Settings, tools: KindTools): SourceKind[] {
  const kinds = everyKind(settings, tools);
  const enabled: SourceKind[] = [];
  for (const name of settings.get(inventorySettings.enabled)) {
    const kind = kinds.get(name.replace(/^ansible\.(?:builtin|legacy)\./, ""));
    if (kind === undefined) tools.warn(`Failed to load inventory plugin, skipping ${name}`);
    else enabled.push(kind);
  }
  if (enabled.length === 0) throw inventoryErrors.noKinds();
  return enabled;
}

function everyKind(settings: Settings, tools: KindTools): ReadonlyMap<string, SourceKind> {
  const { vault, templating } = tools;
  const extensions = settings.get(inventorySettings.yamlExtensions);
  const kinds: SourceKind[] = [
    hostListSource,
    advancedHostListSource,
    scriptSource({
      showErrors: settings.get(inventorySettings.scriptErrors),
      environment: tools.environment,
    }),
    yamlSource(vault, settings.get(inventorySettings.yamlSourceExtensions)),
    iniSource(vault),
    tomlSource(vault),
  ];
  if (templating !== undefined) {
    kinds.push(
      generatorSource({ vault, extensions, templating }),
      constructedSource({
        vault,
        extensions,
        templating,
        extraVariables: tools.extraVariables,
        useExtraVariables: settings.get(inventorySettings.useExtraVariables),
        files: tools.files,
        hashBehaviour: settings.get(inventorySettings.hashBehaviour),
        folders: tools.folders,
      }),
    );
  }
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  byName.set("auto", autoSource(vault, byName));
  return byName;
}
