import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeDetails, SiteEvent, SiteStatus } from "#agent/protocol/operator.ts";
import {
  execaRunner,
  type LabFault,
  type LabProfile,
  type LabState,
  labDown,
  labFault,
  labShellCommand,
  labUp,
} from "#installer/lab/lab.ts";
import type { ApplyEvent } from "#installer/phases/apply-plan/events.ts";
import { dumpYaml } from "#inventory/kernel/yaml.ts";
import { bdap, documentOf, type Ended, linesOf, type RunningCommand, start } from "./command.ts";

export type RunEnd = Extract<ApplyEvent, { readonly type: "run-end" }>;
export type RunStart = Extract<ApplyEvent, { readonly type: "run-start" }>;

/** An apply that ran to its end: what it said first and last, and which tasks changed which host in between. */
export interface Applied {
  readonly begin: RunStart;
  readonly end: RunEnd;
  /** As in `svc1: Join token`, in the order in which they happened. */
  readonly changes: readonly string[];
  /** Why it did not succeed, code and message, of hosts and of the run itself. Empty when it did. */
  readonly failures: readonly string[];
  readonly ended: Ended;
}

const runner = execaRunner();

/** A lab of its own and a site directory for it, with the built command pointed at both. */
export class LabSite {
  readonly lab: LabState;
  readonly path: string;

  private constructor(lab: LabState, path: string) {
    this.lab = lab;
    this.path = path;
  }

  /** Boots the lab, after taking down what an earlier run that was killed may have left of it. */
  static async boot(profile: LabProfile): Promise<LabSite> {
    await labDown(profile.name);
    const path = await mkdtemp(join(tmpdir(), `bdap-${profile.name}-`));
    return new LabSite(await labUp(profile), path);
  }

  async remove(): Promise<void> {
    await labDown(this.lab.name);
    // A lab that is down leaves its subnet unreachable on purpose; one of a test is never coming back.
    const route = ["unreachable", this.lab.subnet, "metric", "4294967294"];
    await runner.run("ip", ["route", "delete", ...route], { tolerant: true });
    await rm(this.path, { recursive: true, force: true });
  }

  /** Writes site.yml: the lab's hosts, logging in as root with the lab's key. */
  async answer(more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const answers = {
      site: this.lab.name,
      servers: this.lab.hosts.map((host) => host.address),
      access: { user: "root", keyFile: this.lab.keyFile },
      ...more,
    };
    await writeFile(join(this.path, "site.yml"), dumpYaml(answers), { mode: 0o600 });
  }

  bdap(...args: readonly string[]): Promise<Ended> {
    return bdap(...args, "--site", this.path);
  }

  start(...args: readonly string[]): RunningCommand {
    return start([...args, "--site", this.path]);
  }

  /** Runs `bdap apply --json` to its end. */
  async apply(...args: readonly string[]): Promise<Applied> {
    return applied(await this.bdap("apply", "--json", ...args));
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return documentOf(await this.bdap(...args, "--json")) as T;
  }

  status(): Promise<SiteStatus> {
    return this.json("status");
  }

  node(name: string): Promise<NodeDetails> {
    return this.json("nodes", "show", name);
  }

  async events(after = 0): Promise<SiteEvent[]> {
    return (await this.json<{ events: SiteEvent[] }>("events", "--after", String(after), "--limit", "5000")).events;
  }

  async lastEvent(): Promise<number> {
    return (await this.events()).at(-1)?.id ?? 0;
  }

  /** The first event after `after` that `matches`, waited for. */
  async event(after: number, matches: (event: SiteEvent) => boolean): Promise<SiteEvent> {
    const found = await eventually(async () => (await this.events(after)).find(matches));
    if (found !== undefined) return found;
    throw new Error(`no such event among ${JSON.stringify(await this.events(after), null, 1)}`);
  }

  /** Waits until `name` is in `state`; rejects with what it is instead. */
  async untilState(name: string, state: string): Promise<void> {
    const node = async () => (await this.status()).nodes.find((candidate) => candidate.name === name);
    if ((await eventually(async () => ((await node())?.state === state ? true : undefined))) === true) return;
    throw new Error(`${name} is not ${state}: ${JSON.stringify(await node())}`);
  }

  fault(host: string, fault: LabFault): Promise<LabState> {
    return labFault(this.lab.name, host, fault);
  }

  /** Runs a command as root on a host; rejects with what it said when it fails. */
  async run(host: string, command: string): Promise<string> {
    const [program = "ssh", ...args] = await labShellCommand(this.lab.name, host);
    const { stdout } = await runner.run(program, ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", ...args, command]);
    return stdout.trim();
  }

  /** One line per unit that would change if it were started anew: its invocation and, for sshd, its settings' reloads. */
  async invocations(): Promise<Record<string, string>> {
    const read = `for unit in bdap-agent bdap-control-plane ssh chrony bdap-firewall systemd-journald; do
      echo "$unit $(systemctl show --value -p ActiveState -p InvocationID -p StateChangeTimestampMonotonic $unit | paste -sd ' ')"
    done`;
    const texts = this.lab.hosts.map(async ({ name }) => [name, await this.run(name, read)] as const);
    return Object.fromEntries(await Promise.all(texts));
  }

  /** A digest per host of everything that an apply may write: names, sizes, modes and times of change. */
  async hostDigests(): Promise<Record<string, string>> {
    const read = `find /etc /opt/bdap /usr/local /var/lib/bdap-agent /root -xdev ! -name '*.log' -printf '%p %s %m %C@\\n' | sort | sha256sum`;
    const texts = this.lab.hosts.map(async ({ name }) => [name, await this.run(name, read)] as const);
    return Object.fromEntries(await Promise.all(texts));
  }

  /** A digest of every file of the site directory but the pinned host keys, by path. */
  async digest(): Promise<Record<string, string>> {
    return digestOf(this.path);
  }
}

/** What an apply's stream of events began and ended with. Throws with everything it said when it did not. */
export function applied(ended: Ended): Applied {
  const lines = linesOf(ended) as unknown as ApplyEvent[];
  const begin = lines.find((line) => line.type === "run-start");
  const end = lines.find((line) => line.type === "run-end");
  const changes = lines.flatMap((line) =>
    line.type === "engine" && line.event.type === "task-result" && line.event.status === "changed"
      ? [`${line.event.host}: ${line.event.task}`]
      : [],
  );
  if (begin !== undefined && end !== undefined) return { begin, end, changes, failures: failuresOf(end), ended };
  throw new Error(`the apply did not run to its end; exit ${ended.exitCode}\n${ended.stdout}\n${ended.stderr}`);
}

function failuresOf(end: RunEnd): string[] {
  const hosts = Object.entries(end.hosts).flatMap(([host, { status, cause }]) =>
    cause === undefined ? [] : [`${host} ${status}: ${cause.code}: ${cause.message}`],
  );
  return [...hosts, ...end.problems.map(({ code, message }) => `${code}: ${message}`)];
}

/** A digest of every file below a folder, by path; pinned host keys are left out. */
export async function digestOf(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === "known_hosts") continue;
    const path = join(entry.parentPath, entry.name);
    digests[relative(folder, path)] = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  }
  return digests;
}

/** Looks once a second until there is something to see, for at most `seconds` on the monotonic clock. */
export async function eventually<T>(look: () => Promise<T | undefined>, seconds = 180): Promise<T | undefined> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined || performance.now() > until) return seen;
    await sleep(1000);
  }
}
