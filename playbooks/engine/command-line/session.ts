import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { Secret } from "#inventory/kernel/secret.ts";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import { inventorySettings, vaultSettings } from "#inventory/settings/inventory-settings.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { connectionSettings } from "../configuration/connection-settings.ts";
import { collectionsPath, rolesPath, runSettings } from "../configuration/run-settings.ts";
import { Reach } from "../reach/reach.ts";
import type { Display } from "../report/display.ts";
import type { PlaybookRun, RunSettings } from "../run.ts";
import type { Call } from "./call.ts";
import { readExtraVariables } from "./extra-variables.ts";
import type { Words } from "./options.ts";
import { type Passwords, readPasswordFile, readPasswords } from "./passwords.ts";

/** Everything of a run that the command line and the settings decide, whatever is run. */
export type RunBasis = Omit<PlaybookRun, "playbook" | "onEvent">;

/** Reads all that a run stands on; asks for passwords where they are to be asked for. */
export async function runBasis(call: Call, words: Words, settings: Settings, display: Display): Promise<RunBasis> {
  const passwords = await readPasswords(call, words, settings);
  const vaultPassword = await readVaultPassword(call, words, settings);
  const vault = new VaultValues(vaultPassword);
  const extraVariables = await readExtraVariables(words.lists.get("extraVariables") ?? [], {
    vault,
    path: (path) => expandPath(path, settings.around),
    merge: settings.get(runSettings.hashBehaviour) === "merge",
  });
  const reach = openReach(words, settings, passwords, display);
  const limit = words.texts.get("limit");
  return {
    inventory: await inventorySources(words, settings, display),
    rolesPath: rolesPath(settings),
    extraVariables,
    ...(limit === undefined ? {} : { limit }),
    tags: tagList(words.lists.get("tags"), settings.get(runSettings.runTags)),
    skipTags: tagList(words.lists.get("skipTags"), settings.get(runSettings.skipTags)),
    forks: Number(words.texts.get("forks") ?? settings.get(runSettings.forks)),
    check: words.flags.has("check"),
    diff: words.flags.has("diff") || settings.get(runSettings.diffAlways),
    ...(vaultPassword === undefined ? {} : { vaultPassword }),
    verbosity: display.verbosity,
    environment: call.around.environment,
    settings: engineSettings(words, settings, passwords),
    connect: (host, variables, signal) => reach.open(host, variables, signal),
    signal: call.signal,
  };
}

function engineSettings(words: Words, settings: Settings, passwords: Passwords): RunSettings {
  const become = words.flags.has("become") || settings.get(connectionSettings.become);
  const becomeUser = words.texts.get("becomeUser") ?? settings.get(connectionSettings.becomeUser);
  const remoteUser = words.texts.get("remoteUser") ?? settings.get(connectionSettings.remoteUser);
  const startAtTask = words.texts.get("startAtTask");
  return {
    gathering: settings.get(runSettings.gathering),
    hashBehaviour: settings.get(runSettings.hashBehaviour),
    forceHandlers: words.flags.has("forceHandlers") || settings.get(runSettings.forceHandlers),
    anyErrorsFatal: settings.get(runSettings.anyErrorsFatal),
    errorOnMissingHandler: settings.get(runSettings.errorOnMissingHandler),
    strategy: settings.get(runSettings.strategy),
    injectFacts: settings.get(runSettings.injectFacts),
    taskTimeout: Number(words.texts.get("taskTimeout") ?? settings.get(runSettings.taskTimeout)),
    privateRoleVars: settings.get(runSettings.privateRoleVars),
    invalidTaskAttributeFailed: settings.get(runSettings.invalidTaskAttributeFailed),
    collectionsPath: collectionsPath(settings),
    ...(settings.file === undefined ? {} : { configFile: settings.file.path }),
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

async function inventorySources(words: Words, settings: Settings, display: Display): Promise<string[]> {
  const given = words.lists.get("inventory");
  const sources =
    given === undefined
      ? settings.get(inventorySettings.sources)
      : given.map((source) => (source.includes(",") ? source : expandPath(source, settings.around)));
  const found: string[] = [];
  for (const source of sources) {
    const isThere = source.includes(",") || (await stat(source).catch(() => undefined)) !== undefined;
    if (isThere) found.push(source);
    else if (given !== undefined) display.warning(`Unable to parse ${source} as an inventory source`);
  }
  if (found.length === 0) display.warning("No inventory was parsed, only implicit localhost is available");
  return found;
}

async function readVaultPassword(call: Call, words: Words, settings: Settings): Promise<Secret | undefined> {
  const files = [
    ...settings.get(vaultSettings.identities),
    ...(words.lists.get("vaultIdentities") ?? []),
    ...(words.lists.get("vaultPasswordFiles") ?? []),
  ].map((identity) => identity.replace(/^[^@]*@/, ""));
  const usual = settings.get(vaultSettings.passwordFile);
  const [first] = usual === undefined ? files : [...files, usual];
  if (words.flags.has("askVaultPass") || first === "prompt")
    return new Secret(await call.terminal.ask("Vault password: ", true));
  return first === undefined ? undefined : new Secret(await readPasswordFile(expandPath(first, settings.around), call));
}

function tagList(given: readonly string[] | undefined, usual: readonly string[]): string[] {
  return [...new Set((given ?? usual).flatMap((part) => part.split(",")).map((tag) => tag.trim()))];
}
