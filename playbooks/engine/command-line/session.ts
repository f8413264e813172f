import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import { inventorySettings } from "#inventory/settings/inventory-settings.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { connectionSettings } from "../configuration/connection-settings.ts";
import { collectionsPath, rolesPath, runSettings } from "../configuration/run-settings.ts";
import { Reach } from "../reach/reach.ts";
import type { Display } from "../report/display.ts";
import type { Answer, PlaybookRun, Question, RunSettings } from "../run.ts";
import type { FactCacheSettings } from "../variables/fact-cache.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import { readExtraVariables } from "./extra-variables.ts";
import { type CallHosts, openHosts } from "./hosts.ts";
import type { Words } from "./options.ts";
import { type Passwords, readPasswords } from "./passwords.ts";
import type { Invocation } from "./program.ts";
import { readVaultSecrets } from "./vault-secrets.ts";

/** Everything of a run that the command line and the settings decide, whatever is run. */
export interface RunBasis extends Omit<PlaybookRun, "playbook" | "onEvent"> {
  readonly hosts: CallHosts;
}

const NO_PASSWORDS: Passwords = { connection: undefined, become: undefined };

/** Reads all that a run stands on; asks for passwords where they are to be asked for. `pattern`: the hosts, where they are known. */
export async function runBasis(invocation: Invocation, pattern?: string): Promise<RunBasis> {
  const { call, words, settings, display } = invocation;
  const isListing = ["listHosts", "listTasks", "listTags", "syntaxCheck"].some((name) => words.flags.has(name));
  const passwords = isListing ? NO_PASSWORDS : await readPasswords(call, words, settings);
  const vaultSecrets = await readVaultSecrets(call, words, settings, display);
  const vault = new VaultValues(vaultSecrets);
  const extraVariables = await readExtraVariables(words.lists.get("extraVariables") ?? [], {
    vault,
    path: (path) => expandPath(path, settings.around),
    merge: settings.get(runSettings.hashBehaviour) === "merge",
  });
  const hosts = await openHosts(invocation, vault, extraVariables, pattern);
  const reach = openReach(words, settings, passwords, display);
  const limit = words.texts.get("limit");
  return {
    inventory: hosts.sources,
    hosts,
    readInventory: firstKnown(hosts.inventory, hosts.read),
    rolesPath: rolesPath(settings),
    extraVariables,
    ...(limit === undefined ? {} : { limit }),
    ...(hosts.allowed === undefined ? {} : { limitedTo: hosts.allowed }),
    tags: tagList(words.lists.get("tags"), settings.get(runSettings.runTags)),
    skipTags: tagList(words.lists.get("skipTags"), settings.get(runSettings.skipTags)),
    forks: Number(words.texts.get("forks") ?? settings.get(runSettings.forks)),
    check: words.flags.has("check"),
    diff: words.flags.has("diff") || settings.get(runSettings.diffAlways),
    vaultSecrets,
    inventorySettings: settings,
    verbosity: display.verbosity,
    environment: call.around.environment,
    settings: {
      ...engineSettings(words, settings, passwords),
      ...(words.flags.has("step") ? { step: (task) => askStep(call, task) } : {}),
    },
    connect: (host, variables, signal) => reach.open(host, variables, signal),
    ...(call.terminal.isInteractive ? { prompt: (question, signal) => answer(call, question, signal) } : {}),
    signal: call.signal,
  };
}

async function answer({ terminal }: Call, question: Question, signal: AbortSignal): Promise<Answer> {
  const { text, isPrivate, timeoutMilliseconds } = question;
  const deadline = timeoutMilliseconds === undefined ? undefined : AbortSignal.timeout(timeoutMilliseconds);
  try {
    const both = deadline === undefined ? signal : AbortSignal.any([signal, deadline]);
    return { text: await terminal.ask(text, isPrivate, both), end: "entered" };
  } catch (error) {
    if (deadline?.aborted === true && !signal.aborted) return { text: "", end: "timeout" };
    throw error;
  }
}

async function askStep({ terminal }: Call, task: string): Promise<"yes" | "no" | "continue"> {
  const text = await terminal.ask(`Perform task: ${task} (N)o/(y)es/(c)ontinue: `, false);
  if (/^(?:y|yes)$/i.test(text.trim())) return "yes";
  return /^(?:c|continue)$/i.test(text.trim()) ? "continue" : "no";
}

/** What was read already, then what is read anew. */
function firstKnown<T>(known: T, read: () => Promise<T>): () => Promise<T> {
  let first: T | undefined = known;
  return async () => {
    const value = first ?? (await read());
    first = undefined;
    return value;
  };
}

function engineSettings(words: Words, settings: Settings, passwords: Passwords): RunSettings {
  const become = words.flags.has("become") || settings.get(connectionSettings.become);
  const becomeUser = words.texts.get("becomeUser") ?? settings.get(connectionSettings.becomeUser);
  const remoteUser = words.texts.get("remoteUser") ?? settings.get(connectionSettings.remoteUser);
  const startAtTask = words.texts.get("startAtTask");
  const factCache = factCacheOf(words, settings);
  return {
    gathering: settings.get(runSettings.gathering),
    hashBehaviour: settings.get(runSettings.hashBehaviour),
    forceHandlers: words.flags.has("forceHandlers") || settings.get(runSettings.forceHandlers),
    anyErrorsFatal: settings.get(runSettings.anyErrorsFatal),
    errorOnMissingHandler: settings.get(runSettings.errorOnMissingHandler),
    strategy: settings.get(runSettings.strategy),
    injectFacts: settings.get(runSettings.injectFacts),
    ...(factCache === undefined ? {} : { factCache }),
    taskTimeout: Number(words.texts.get("taskTimeout") ?? settings.get(runSettings.taskTimeout)),
    privateRoleVars: settings.get(runSettings.privateRoleVars),
    invalidTaskAttributeFailed: settings.get(runSettings.invalidTaskAttributeFailed),
    collectionsPath: collectionsPath(settings),
    ...(settings.file === undefined ? {} : { configFile: settings.file.path }),
    playbookPython: pythonOf(settings),
    patternMismatch: settings.get(inventorySettings.patternMismatch),
    keywords: {
      connection: words.texts.get("connection") ?? settings.get(connectionSettings.transport),
      ...(remoteUser === undefined ? {} : { remote_user: remoteUser }),
      ...(become ? { become } : {}),
      become_method: words.texts.get("becomeMethod") ?? settings.get(connectionSettings.becomeMethod),
      ...(becomeUser === undefined ? {} : { become_user: becomeUser }),
    },
    ...(passwords.become === undefined ? {} : { becomePassword: passwords.become }),
    ...(startAtTask === undefined ? {} : { startAtTask }),
  };
}

function factCacheOf(words: Words, settings: Settings): FactCacheSettings | undefined {
  const plugin = settings.get(runSettings.cachePlugin).replace(/^ansible\.(?:builtin|legacy)\./, "");
  if (plugin === "memory") return undefined;
  if (plugin !== "jsonfile")
    throw commandLineErrors.refused(
      `Unable to load the facts cache plugin (${plugin}).`,
      "Set fact_caching to jsonfile, or leave it out.",
    );
  const folder = settings.get(runSettings.cacheConnection);
  if (folder === undefined)
    throw commandLineErrors.refused(
      "error, 'jsonfile' cache plugin requires the 'fact_caching_connection' config option to be set (to a writeable directory path)",
      "Set fact_caching_connection, or ANSIBLE_CACHE_PLUGIN_CONNECTION.",
    );
  return {
    folder,
    prefix: settings.get(runSettings.cachePrefix),
    timeoutSeconds: settings.get(runSettings.cacheTimeout),
    isFlushed: words.flags.has("flushCache"),
  };
}

/** The first Python 3 in PATH; where there is none, where it would be. */
function pythonOf({ around }: Settings): string {
  const folders = (around.environment["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, "python3")).find((path) => existsSync(path)) ?? "/usr/bin/python3";
}

function openReach(words: Words, settings: Settings, passwords: Passwords, display: Display): Reach {
  const keyFile = words.texts.get("privateKeyFile");
  const args = [
    words.texts.get("sshCommonArguments") ?? settings.get(connectionSettings.sshCommonArguments),
    words.texts.get("sshExtraArguments") ?? settings.get(connectionSettings.sshExtraArguments),
    settings.get(connectionSettings.sshArguments),
  ];
  return new Reach(
    {
      user: words.texts.get("remoteUser") ?? settings.get(connectionSettings.remoteUser),
      port: settings.get(connectionSettings.remotePort),
      privateKeyFile:
        keyFile === undefined ? settings.get(connectionSettings.privateKeyFile) : expandPath(keyFile, settings.around),
      password: passwords.connection,
      connection: words.texts.get("connection") ?? settings.get(connectionSettings.transport),
      timeoutSeconds: Number(words.texts.get("timeout") ?? settings.get(connectionSettings.timeout)),
      checksHostKeys: settings.get(connectionSettings.hostKeyChecking),
      sshArguments: args.join(" "),
      ownUser: userInfo().username,
    },
    settings.around,
    (message) => display.warning(message),
  );
}

function tagList(given: readonly string[] | undefined, usual: readonly string[]): string[] {
  return [...new Set((given ?? usual).flatMap((part) => part.split(",")).map((tag) => tag.trim()))];
}
