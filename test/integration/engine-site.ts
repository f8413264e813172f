import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { type LabState, labShellCommand } from "#installer/lab/lab.ts";
import type { ApplyEvent } from "#installer/phases/apply-plan/events.ts";
import { dumpYaml } from "#inventory/kernel/yaml.ts";
import { openSite } from "#inventory/site-directory/site-directory.ts";
import type { EngineEvent } from "#playbooks/engine/events.ts";
import { unifiedDiff } from "#playbooks/engine/report/unified-diff.ts";
import { oracle } from "../tooling/oracle.ts";
import { SecretWatch, tellingParts, type Watched } from "./secret-watch.ts";

const ROOT = join(import.meta.dirname, "..", "..");

export type EngineName = "native" | "ansible";
type TaskResult = Extract<EngineEvent, { readonly type: "task-result" }>;
type RunEnd = Extract<ApplyEvent, { readonly type: "run-end" }>;

/** What one `bdap apply --json` told, and what could be seen of it from outside. */
export interface AppliedRun {
  readonly end: RunEnd;
  readonly output: string;
  readonly results: readonly (TaskResult & { readonly phase: string })[];
  readonly warnings: readonly string[];
  readonly watched: Watched;
}

/** A site directory for hosts of a lab, with the built command and the real Ansible at hand. */
export class EngineSite {
  readonly lab: LabState;
  readonly path: string;

  private constructor(lab: LabState, path: string) {
    this.lab = lab;
    this.path = path;
  }

  /** Writes site.yml for `hosts` (all unless given) and probes and plans. */
  static async prepare(lab: LabState, access: Readonly<Record<string, unknown>>, hosts?: readonly string[]) {
    const site = new EngineSite(lab, await mkdtemp(join(tmpdir(), "engines-site-")));
    const servers = lab.hosts.filter((host) => hosts?.includes(host.name) ?? true).map((host) => host.address);
    const answers = { site: lab.name, servers, access: { keyFile: lab.keyFile, ...access } };
    await writeFile(join(site.path, "site.yml"), dumpYaml(answers), { mode: 0o600 });
    for (const command of ["probe", "plan"]) await site.#bdap([command]);
    return site;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  /** Rejects with everything it said when it did not come to its end. */
  async apply(engine: EngineName, ...more: readonly string[]): Promise<AppliedRun> {
    const watch = new SecretWatch();
    const output = await this.#bdap(["apply", "--json", "--engine", engine, ...more]).finally(() => watch.stop());
    const events = output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as ApplyEvent);
    const end = events.find((event) => event.type === "run-end");
    if (end === undefined) throw new Error(`the apply did not come to its end:\n${output}`);
    const told = events.flatMap((event) => (event.type === "engine" ? [event] : []));
    return {
      end,
      output,
      results: told.flatMap(({ phase, event }) => (event.type === "task-result" ? [{ phase, ...event }] : [])),
      warnings: told.flatMap(({ event }) => (event.type === "warning" ? [event.message] : [])),
      watched: watch,
    };
  }

  /** As root on a host; what it printed. */
  async run(host: string, command: string): Promise<string> {
    const [program = "ssh", ...args] = await labShellCommand(this.lab.name, host);
    return (await execa(program, ["-o", "BatchMode=yes", ...args, command])).stdout;
  }

  /** The private keys in the vault, by name. */
  async keys(): Promise<Map<string, string>> {
    const entries = await openSite(this.path).vault.read();
    return new Map([...entries].filter(([name]) => name.endsWith("_key")).map(([name, key]) => [name, key.reveal()]));
  }

  /** Text of every file of the site directory, by path. */
  async files(): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (const entry of await readdir(this.path, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) texts.set(path, await readFile(path, "utf8"));
    }
    return texts;
  }

  async #bdap(args: readonly string[]): Promise<string> {
    const path = dirname((await oracle()).ansiblePlaybook);
    const command = [join(ROOT, "node_modules/.bin/node"), join(ROOT, ".build/installer/main.js")];
    const { all } = await execa(
      "sh",
      ["-c", 'PATH="$0:$PATH" exec "$@"', path, ...command, ...args, "--site", this.path],
      {
        all: true,
        reject: args[0] !== "apply",
      },
    );
    return all;
  }
}

/** How every task ended, by phase and host, in order. */
export function statuses(run: AppliedRun): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const { phase, host, role, task, status } of run.results) {
    const where = `${phase} ${host}`;
    all[where] = [...(all[where] ?? []), `${role ?? ""}: ${task}: ${status}`];
  }
  return all;
}

/** What is shown to change, by phase, host and task: unified diffs without their headers. */
export function shownChanges(run: AppliedRun): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const { phase, host, role, task, differences } of run.results)
    if (differences !== undefined)
      all[`${phase} ${host} ${role ?? ""}: ${task}`] = differences.map(({ before, after }) =>
        // Of a file too large to show, ansible-playbook does not tell the checksum when it only predicts.
        unifiedDiff(before, after, "", "").replaceAll(/, sha1 [0-9a-f]{40}/g, ""),
      );
  return all;
}

/** Where any of the secrets can be seen in `texts`, by name of secret and text. */
export function leaks(secrets: ReadonlyMap<string, string>, texts: ReadonlyMap<string, string>): string[] {
  return [...secrets].flatMap(([name, secret]) =>
    [...texts]
      .filter(([, text]) => tellingParts(secret).some((part) => text.includes(part)))
      .map(([place, text]) => `${name} in ${place}: ${text.slice(0, 200)}`),
  );
}

/** The join tokens in `texts`, known by the hashes that the control plane keeps. */
export function tokensIn(hashes: ReadonlySet<string>, texts: Iterable<string>): string[] {
  return [...texts].flatMap((text) =>
    [...text.matchAll(/(?<![\w-])[\w-]{43}(?![\w-])/g)]
      .map(([token]) => token)
      .filter((token) => hashes.has(createHash("sha256").update(token).digest("hex"))),
  );
}
