import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabHost, LabState } from "#installer/lab/lab.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import type { Connector } from "#playbooks/connectors/connector.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import { runUnderAnsible } from "#playbooks/engine/ansible/ansible.ts";
import { runPlaybook } from "#playbooks/engine/engine.ts";
import type { EngineEvent } from "#playbooks/engine/events.ts";
import type { PlaybookRun } from "#playbooks/engine/run.ts";
import type { Difference } from "#playbooks/operations/operation.ts";
import type { Oracle } from "../../tooling/oracle.ts";

/** One engine, and the host that only it has changed. */
export interface Twin {
  readonly engine: "native" | "ansible";
  readonly host: LabHost;
}

/** One task's outcome on the host, volatile parts taken out; the differences `--diff` would show. */
export interface TaskStory {
  readonly task: string;
  readonly status: string;
  readonly result: unknown;
  readonly differences?: unknown;
}

export interface Mode {
  readonly check?: boolean;
  readonly diff?: boolean;
}

/** Two lab hosts that are alike, each given to one engine; both call their host `node`. */
export class TwinHosts {
  readonly #lab: LabState;
  readonly #real: Oracle;
  readonly #key: Secret;
  readonly #collections: string;

  private constructor(lab: LabState, real: Oracle, key: Secret, collections: string) {
    this.#lab = lab;
    this.#real = real;
    this.#key = key;
    this.#collections = collections;
  }

  /** `collections` is a folder of Ansible collections that the original finds its modules in. */
  static async of(lab: LabState, real: Oracle, collections: string): Promise<TwinHosts> {
    return new TwinHosts(lab, real, new Secret(await readFile(lab.keyFile, "utf8")), collections);
  }

  /** Plays `playbook` on the twin's host and tells what became of each task. */
  async play(twin: Twin, playbook: string, mode: Mode = {}): Promise<TaskStory[]> {
    const folder = await mkdtemp(join(tmpdir(), "twin-hosts-"));
    const told: TaskStory[] = [];
    const inventory = join(folder, "inventory.ini");
    await writeFile(inventory, `node ansible_host=${twin.host.address} ansible_user=root\n`);
    const run: PlaybookRun = {
      playbook,
      inventory: [inventory],
      rolesPath: [],
      extraVariables: {
        bdap_ssh_private_key: this.#key,
        bdap_known_hosts_file: this.#lab.knownHostsFile,
        ansible_python_interpreter: "/usr/bin/python3",
      },
      forks: 1,
      check: mode.check ?? false,
      diff: mode.diff ?? false,
      connect: () => this.connect(twin.host),
      onEvent: (event) => {
        const story = storyOf(event);
        if (story !== undefined) told.push(story);
      },
      signal: new AbortController().signal,
    };
    try {
      if (twin.engine === "native") await runPlaybook(run);
      else await runUnderAnsible(run, { ansiblePlaybook: this.#real.ansiblePlaybook, collections: this.#collections });
      return told;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What a script prints on the twin's host. */
  async ask(twin: Twin, script: string): Promise<string> {
    const connector = await this.connect(twin.host);
    try {
      return (await connector.run({ script })).stdout;
    } finally {
      await connector.close();
    }
  }

  connect(host: LabHost): Promise<Connector> {
    const endpoint = { host: "node", address: host.address, port: 22, user: "root", privateKey: this.#key };
    return connectSsh(endpoint, { hostKeys: openKnownHosts(this.#lab.knownHostsFile) });
  }
}

/** Keys whose values are never the same twice, or that only say how Ansible went about it. */
const VOLATILE: ReadonlySet<string> = new Set([
  "start",
  "end",
  "delta",
  "elapsed",
  "invocation",
  "exception",
  "warnings",
  "deprecations",
  "cache_update_time",
  "cache_updated",
  "backup_file",
  "ssh_fingerprint",
  "ssh_public_key",
  "src",
]);

/** Properties of units that count, or say when and as which process. */
const VOLATILE_PROPERTIES =
  /Timestamp|Monotonic|PID$|InvocationID|ControlGroupId|Memory\w*(Current|Peak|Available)|CPUUsage|NextElapse|LastTrigger|^(Exec|NRestarts|NeedDaemonReload)|TasksCurrent|Effective(Memory|Tasks)|IO(Read|Write)|IP(In|E)gress|StatusErrno|^NFileDescriptorStore$/;

/** Structures as values, for their order is the shower's; a header that only says the side is none. */
function plainDifference(difference: Difference): unknown {
  const value = (text: string): unknown => (/^\{[\s\S]*\}\n$/.test(text) ? JSON.parse(text) : text);
  const header = (text: string, side: string) => (text === side ? "" : text);
  return {
    before: value(difference.before),
    after: value(difference.after),
    beforeHeader: header(difference.beforeHeader, "before"),
    afterHeader: header(difference.afterHeader, "after"),
  };
}

/** Services that come when they are asked or when it is time, and go by themselves. */
const PASSING_SERVICES =
  /^(systemd-(hostnamed|localed|timedated|tmpfiles-clean|journal-flush|random-seed)|dbus-org\.|apt-daily|dpkg-db-backup|logrotate|man-db|e2scrub|fstrim|user@|user-runtime-dir@)/;

/** Names of a unit's properties; those that list something do so in an order of no meaning. */
const UNIT_PROPERTY = /^[A-Z][A-Za-z]+$/;

function storyOf(event: EngineEvent): TaskStory | undefined {
  if (event.type !== "task-result") return undefined;
  const { task, status, result, differences } = event;
  const shown = differences === undefined ? {} : { differences: differences.map(plainDifference) };
  const told = status === "rescued" ? "failed" : status;
  return { task, status: told, result: comparable(result, true), ...shown };
}

/** `value` without what differs from run to run; of a whole result also without what its status already says. */
function comparable(value: unknown, isWhole = false): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (VOLATILE.has(key) || key.startsWith("_ansible") || VOLATILE_PROPERTIES.test(key)) continue;
    if (PASSING_SERVICES.test(key)) continue;
    if (isAptOutput(item)) continue;
    if (UNIT_PROPERTY.test(key) && typeof item === "string") {
      kept[key] = item.split(" ").sort().join(" ");
      continue;
    }
    if (isWhole && (key === "failed" || key === "skipped" || key === "diff")) continue;
    kept[key] = comparable(item);
  }
  return kept;
}

/** What apt-get prints says how long it took and how fast. */
function isAptOutput(value: unknown): boolean {
  const text = Array.isArray(value) ? value.join("\n") : value;
  return typeof text === "string" && /^(Reading package lists|\(Reading database|Fetched )/m.test(text);
}
