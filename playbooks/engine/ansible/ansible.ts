import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { runProcess } from "../../connectors/process/run-process.ts";
import { engineErrors } from "../errors.ts";
import type { EngineEvent, HostRecap } from "../events.ts";
import { Censor } from "../execution/censor.ts";
import { isPlainObject } from "../expression/values.ts";
import type { PlaybookOutcome, PlaybookRun } from "../run.ts";
import { readAnsibleEvent } from "./ansible-event.ts";
import { makePrivateFolder } from "./private-folder.ts";

export interface AnsibleOptions {
  /** The program; looked for in PATH unless given. */
  readonly ansiblePlaybook?: string;
  /** Folder of collections that its modules are looked for in, too. */
  readonly collections?: string;
}

/**
 * Runs the same thing as `runPlaybook`, under a real ansible-playbook. Hosts are reached by the variables of the inventory;
 * `bdap_ssh_private_key` (the key's text) and `bdap_known_hosts_file` among the extra variables become SSH options. Secrets go
 * through files only this user can read, in a folder that is removed at the end. Rejects with `PLAYBOOKS_ANSIBLE_MISSING`,
 * `PLAYBOOKS_ANSIBLE_REFUSED` (it refused the files or broke), `PLAYBOOKS_RUN_CANCELLED`.
 */
export async function runUnderAnsible(run: PlaybookRun, options: AnsibleOptions = {}): Promise<PlaybookOutcome> {
  const folder = await makePrivateFolder();
  try {
    return await runIn(folder.path, run, options);
  } finally {
    await folder.remove();
  }
}

async function runIn(folder: string, run: PlaybookRun, options: AnsibleOptions): Promise<PlaybookOutcome> {
  const program = options.ansiblePlaybook ?? "ansible-playbook";
  const censor = new Censor();
  censor.learn(run.extraVariables);
  let hosts: Readonly<Record<string, HostRecap>> | undefined;
  let play = "";
  const tell = async (event: EngineEvent) => {
    if (event.type === "play-start" && play !== "") await run.onEvent({ type: "play-end", play });
    if (event.type === "play-start") play = event.play;
    if (event.type === "recap") {
      hosts = event.hosts;
      if (play !== "") await run.onEvent({ type: "play-end", play });
    }
    await run.onEvent(event);
  };
  for (const owed of run.pendingHandlers ?? [])
    await run.onEvent({
      type: "warning",
      host: owed.host,
      message: `The handler '${owed.handler}' was owed to ${owed.host}; ansible-playbook runs it only if something notifies it again.`,
    });
  const { status, errorOutput } = await runProcess({
    file: program,
    arguments: await programArguments(folder, run),
    workingFolder: dirname(run.playbook),
    environment: {
      ...programEnvironment(folder, run),
      ...(options.collections === undefined ? {} : { ANSIBLE_COLLECTIONS_PATH: options.collections }),
    },
    signal: run.signal,
    onLine: async (line) => {
      const event = readAnsibleEvent(line, censor);
      if (event !== undefined) await tell(event);
    },
  });
  if (run.signal.aborted) throw engineErrors.cancelled();
  if (status === undefined) throw missing(program);
  if (hosts === undefined || (status !== 0 && (status & ~6) !== 0)) throw refused(status, censor.text(errorOutput));
  return { hosts, exitCode: status };
}

async function programArguments(folder: string, run: PlaybookRun): Promise<string[]> {
  const variables = join(folder, "variables.json");
  const extra = await sshVariables(folder, run.extraVariables);
  await writeFile(variables, JSON.stringify(revealed(extra)), { mode: 0o600 });
  await writeFile(join(folder, "ansible.cfg"), "[defaults]\n", { mode: 0o600 });
  const given = [run.playbook, "--extra-vars", `@${variables}`, "--forks", String(run.forks)];
  for (const source of run.inventory) given.push("--inventory", source);
  if (run.limit !== undefined) given.push("--limit", run.limit);
  if (run.tags !== undefined && run.tags.length > 0) given.push("--tags", run.tags.join(","));
  if (run.skipTags !== undefined && run.skipTags.length > 0) given.push("--skip-tags", run.skipTags.join(","));
  if (run.check) given.push("--check");
  if (run.diff) given.push("--diff");
  if (run.vaultPassword !== undefined) {
    const password = join(folder, "vault-password");
    await writeFile(password, `${run.vaultPassword.reveal()}\n`, { mode: 0o600 });
    given.push("--vault-password-file", password);
  }
  return given;
}

async function sshVariables(
  folder: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const more: Record<string, unknown> = {};
  const key = variables["bdap_ssh_private_key"];
  if (key instanceof Secret) {
    const path = join(folder, "ssh-key");
    await writeFile(path, `${key.reveal().trimEnd()}\n`, { mode: 0o600 });
    more["ansible_ssh_private_key_file"] = path;
  }
  const known = variables["bdap_known_hosts_file"];
  if (typeof known === "string")
    more["ansible_ssh_common_args"] = `-o UserKnownHostsFile="${known}" -o StrictHostKeyChecking=yes`;
  return { ...variables, ...more };
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealed(item)]));
  return value;
}

function programEnvironment(folder: string, run: PlaybookRun): Record<string, string> {
  return {
    ANSIBLE_CONFIG: join(folder, "ansible.cfg"),
    ANSIBLE_CALLBACK_PLUGINS: fileURLToPath(new URL("callback", import.meta.url)),
    ANSIBLE_STDOUT_CALLBACK: "bdap_events",
    ANSIBLE_ROLES_PATH: run.rolesPath.join(":"),
    ANSIBLE_PIPELINING: "1",
    ANSIBLE_NOCOLOR: "1",
    ANSIBLE_DEPRECATION_WARNINGS: "0",
    ANSIBLE_LOCALHOST_WARNING: "0",
    ANSIBLE_INVENTORY_UNPARSED_WARNING: "0",
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: "1",
    ANSIBLE_RETRY_FILES_ENABLED: "0",
    ANSIBLE_LOCAL_TEMP: join(folder, "tmp"),
    ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, "ssh"),
    BDAP_PLAYBOOK_FOLDER: dirname(run.playbook),
    LC_ALL: "C.UTF-8",
  };
}

function missing(program: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_ANSIBLE_MISSING",
    kind: "environment",
    message: `${program} was not found.`,
    hint: "Install ansible-core 2.19, or use the native engine (--engine native).",
    state: "No host was touched.",
  });
}

function refused(status: number, words: string): ApplianceError {
  const last = words.trim().split("\n").slice(-12).join("\n");
  return new ApplianceError({
    code: "PLAYBOOKS_ANSIBLE_REFUSED",
    kind: "environment",
    message: `ansible-playbook ended with status ${status}: ${last || "it said nothing"}`,
    hint: "Correct what it says; running with --engine native tells about the same files in its own words.",
    context: { status },
  });
}
