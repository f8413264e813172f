import { readdir, stat } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import type { ApplianceError } from "../kernel/errors.ts";
import { inventorySettings } from "../settings/inventory-settings.ts";
import { Settings } from "../settings/settings.ts";
import { inventoryErrors } from "./errors.ts";
import { Inventory, type RawVariables } from "./inventory.ts";
import { InventoryData } from "./inventory-data.ts";
import { mergeInto } from "./merge.ts";
import { runsAt } from "./run-stage.ts";
import { tellFailure } from "./source-failure.ts";
import type { SourceKind } from "./source-kind.ts";
import { enabledKinds } from "./source-kinds.ts";
import { SourceReader } from "./source-reader.ts";
import type { InventoryTemplating } from "./templating.ts";
import { VariableFiles } from "./variable-files.ts";
import type { VaultValues } from "./vault-values.ts";

export interface LoadOptions {
  /** Ansible's settings. With them what cannot be read is told by `warn` and left out unless they say otherwise. */
  readonly settings?: Settings;
  /** Without it `constructed` and `generator` sources are refused. */
  readonly templating?: InventoryTemplating;
  /** Extra variables (`-e`), which constructed sources may use. */
  readonly extraVariables?: RawVariables;
  /** Without it everything worth a warning is an error. */
  readonly warn?: (text: string) => void;
  /** What only a person who looks closely wants to know. */
  readonly tell?: (text: string) => void;
}

/**
 * Reads inventory files, scripts, folders and host lists, in order, into one inventory, as ansible-core 2.19 does. Throws
 * `INVENTORY_SOURCE_NOT_FOUND`, `INVENTORY_SOURCE_MALFORMED`, `KERNEL_YAML_UNPARSABLE` and the vault's errors, with file and
 * line; with settings only where those demand it (`INVENTORY_UNPARSED`).
 */
export async function loadInventory(
  sources: readonly string[],
  vault: VaultValues,
  options: LoadOptions = {},
): Promise<Inventory> {
  return new Loading(sources, vault, options).load();
}

const ALWAYS_IGNORED = [/^\./, /^host_vars$/, /^group_vars$/, /^vars_plugins$/];

class Loading {
  readonly #sources: readonly string[];
  readonly #options: LoadOptions;
  readonly #settings: Settings;
  readonly #data: InventoryData;
  readonly #files: VariableFiles;
  readonly #kinds: readonly SourceKind[];
  readonly #ignored: readonly RegExp[];
  readonly #processed: string[] = [];
  readonly #told = new Set<string>();

  constructor(sources: readonly string[], vault: VaultValues, options: LoadOptions) {
    this.#options = options;
    const settings =
      options.settings ?? new Settings({ environment: {}, workingFolder: resolve("."), homeFolder: "/nonexistent" });
    this.#settings = settings;
    this.#sources = sources.map((source) =>
      source.includes(",") ? source : resolve(settings.around.workingFolder, source),
    );
    const hashBehaviour = settings.get(inventorySettings.hashBehaviour);
    const warn = (text: string) => this.#warn(text);
    this.#data = new InventoryData({ groupNames: settings.get(inventorySettings.groupNames), hashBehaviour, warn });
    const extensions = settings.get(inventorySettings.yamlExtensions);
    this.#files = new VariableFiles({ vault, extensions, hashBehaviour, warn });
    this.#kinds = enabledKinds(settings, {
      vault,
      files: this.#files,
      templating: options.templating,
      extraVariables: options.extraVariables ?? new Map(),
      environment: options.settings?.around.environment,
      folders: () => foldersOf(this.#processed),
      warn,
    });
    this.#ignored = [
      ...ALWAYS_IGNORED,
      ...settings.get(inventorySettings.ignoredPatterns).map((pattern) => new RegExp(pattern)),
      ...settings
        .get(inventorySettings.ignoredExtensions)
        .map((extension) => new RegExp(`${extension.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`)),
    ];
  }

  async load(): Promise<Inventory> {
    let isAnyRead = false;
    for (const source of this.#sources) if (source !== "" && (await this.#read(source))) isAnyRead = true;
    if (isAnyRead) this.#reconcile();
    else if (this.#settings.get(inventorySettings.unparsedIsFailed)) throw inventoryErrors.nothingParsed();
    else if (this.#options.settings !== undefined && this.#settings.get(inventorySettings.unparsedWarning))
      this.#warn("No inventory was parsed, only implicit localhost is available");
    const folders = await foldersOf(this.#sources);
    if (runsAt(this.#settings, "inventory")) await this.#addFiles(folders);
    return new Inventory(this.#data, folders, this.#sources);
  }

  #reconcile(): void {
    try {
      this.#data.reconcile();
    } catch (error) {
      throw error instanceof RangeError ? inventoryErrors.loop(error.message) : error;
    }
  }

  /** Variables of files, where settings want them taken in at once. */
  async #addFiles(folders: readonly string[]): Promise<void> {
    const behaviour = this.#settings.get(inventorySettings.hashBehaviour);
    for (const folder of folders) {
      for (const { name, variables } of this.#data.groups.values())
        mergeInto(variables, await this.#files.of(folder, "group_vars", name), behaviour);
      for (const { name, variables } of this.#data.hosts.values())
        mergeInto(variables, await this.#files.of(folder, "host_vars", name), behaviour);
    }
  }

  async #read(source: string): Promise<boolean> {
    const entry = await stat(source).catch(() => undefined);
    if (entry?.isDirectory() === true) return this.#readFolder(source);
    if (entry === undefined && this.#options.settings === undefined && !source.includes(","))
      throw inventoryErrors.notFound(source);
    this.#data.source = { path: source, isFile: entry !== undefined };
    const failures: { readonly kind: SourceKind; readonly error: ApplianceError }[] = [];
    try {
      for (const kind of this.#kinds) {
        if (!(await kind.accepts(source).catch(() => false))) continue;
        const error = await this.#attempt(kind, source);
        if (error === undefined) {
          this.#processed.push(source);
          return true;
        }
        failures.push({ kind, error });
      }
    } finally {
      this.#data.source = undefined;
    }
    this.#giveUp(source, failures, entry !== undefined);
    return false;
  }

  async #readFolder(folder: string): Promise<boolean> {
    let isAnyRead = false;
    for (const name of (await readdir(folder)).sort()) {
      if (this.#ignored.some((pattern) => pattern.test(name))) continue;
      if (await this.#read(join(folder, name))) isAnyRead = true;
    }
    return isAnyRead;
  }

  async #attempt(kind: SourceKind, path: string): Promise<ApplianceError | undefined> {
    const isStrict = this.#options.warn === undefined;
    const warn = (text: string) => {
      if (isStrict) throw reader.problem(text);
      this.#warn(text);
    };
    const reader: SourceReader = new SourceReader(path, warn, (text) => this.#options.tell?.(text));
    try {
      await kind.read(reader, this.#data);
      return undefined;
    } catch (error) {
      return inventoryErrors.ofSource(path, error);
    }
  }

  #giveUp(
    source: string,
    failures: readonly { readonly kind: SourceKind; readonly error: ApplianceError }[],
    isThere: boolean,
  ): void {
    if (this.#options.settings === undefined) throw mostTelling(source, failures);
    if (source === "/etc/ansible/hosts" && !isThere) return;
    for (const { kind, error } of failures) this.#warn(tellFailure(kind.name, error));
    if (this.#settings.get(inventorySettings.anyUnparsedIsFailed)) throw inventoryErrors.unparsed(source);
    this.#warn(`Unable to parse ${source} as an inventory source`);
  }

  #warn(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#options.warn?.(text);
  }
}

/** Where sources lie, later ones winning: folders themselves, folders of files; lists of hosts have none. */
export async function foldersOf(sources: readonly string[]): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const source of sources) {
    const entry = await stat(source).catch(() => undefined);
    if (entry === undefined && source.includes(",")) continue;
    const folder = resolve(entry?.isDirectory() === true ? source : dirname(source));
    const at = folders.indexOf(folder);
    if (at !== -1) folders.splice(at, 1);
    folders.push(folder);
  }
  return folders;
}

/** Of the errors of several ways to read a source, the one of the way it was most likely meant. */
function mostTelling(
  source: string,
  failures: readonly { readonly kind: SourceKind; readonly error: ApplianceError }[],
): ApplianceError {
  const isYaml = [".yml", ".yaml", ".json"].includes(extname(source));
  const config = failures.find(({ kind }) => kind.name === "auto" && !isYaml);
  const meant = failures.find(({ kind, error }) =>
    isYaml
      ? kind.name === "yaml" && !/^Plugin configuration/.test(String(error.context["problem"]))
      : kind.name === "ini",
  );
  return (meant ?? config ?? failures.at(0))?.error ?? inventoryErrors.unparsed(source);
}
