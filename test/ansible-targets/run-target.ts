import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSurroundings } from "./source.ts";

const COMPAT = fileURLToPath(new URL("../../playbooks/engine/compat/bin", import.meta.url));
const LOGS = fileURLToPath(new URL("../../.build/ansible-targets", import.meta.url));

/** Whose programs come first in PATH. */
export type Side = "ours" | "stock";

export interface TargetRun {
  readonly target: string;
  readonly side: Side;
  readonly passed: boolean;
  readonly seconds: number;
  /** The first line that tells why it failed. */
  readonly reason: string;
  /** Everything it said. */
  readonly log: string;
}

export interface TargetOptions {
  /** Folder of the integration tests, which stays as it is. */
  readonly tests: string;
  readonly python: string;
  /** Folder of stock Ansible's programs. */
  readonly programs: string;
  readonly deadlineSeconds: number;
}

/**
 * Runs one target of Ansible's own integration tests the way ansible-test does on the machine itself: `runme.sh`, or a playbook of the
 * target as a role, on a copy of all targets in a folder of its own, with a home of its own.
 */
export async function runTarget(target: string, side: Side, options: TargetOptions): Promise<TargetRun> {
  await mkdir(LOGS, { recursive: true });
  const folder = await mkdtemp(join(LOGS, "run-"));
  const log = join(LOGS, `${target}.${side}.log`);
  try {
    const integration = join(folder, "test/integration");
    await layOut(options.tests, integration, target);
    await writeSurroundings(integration, options.python);
    for (const name of ["home", "output", "tmp"]) await mkdir(join(folder, name));
    const environment = surroundings(folder, integration, side, options);
    const started = performance.now();
    const { status, output } = await (existsSync(join(integration, "targets", target, "runme.sh"))
      ? runScript(integration, target, environment, options)
      : runRole(integration, target, environment, options));
    await writeFile(log, output);
    const passed = status === 0;
    const reason = passed ? "" : reasonOf(output, status);
    return { target, side, passed, seconds: (performance.now() - started) / 1000, reason, log };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The target itself as a copy, since some write beside their files; all others, which it may use as roles, as links. */
async function layOut(tests: string, integration: string, target: string): Promise<void> {
  const targets = join(integration, "targets");
  await mkdir(targets, { recursive: true });
  for (const name of await readdir(join(tests, "targets"))) {
    const [from, to] = [join(tests, "targets", name), join(targets, name)];
    if (name === target) await cp(from, to, { recursive: true, verbatimSymlinks: true });
    else await symlink(from, to);
  }
}

/** The variables ansible-test sets. Source: ansible_test's ansible_util.py and commands/integration. */
function surroundings(folder: string, integration: string, side: Side, { programs }: TargetOptions): NodeJS.ProcessEnv {
  const path = `${programs}:${process.env["PATH"] ?? ""}`;
  return {
    HOME: join(folder, "home"),
    TMPDIR: join(folder, "tmp"),
    PATH: side === "ours" ? `${COMPAT}:${path}` : path,
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    PAGER: "/bin/cat",
    USER: "root",
    OUTPUT_DIR: join(folder, "output"),
    INVENTORY_PATH: join(integration, "inventory"),
    ANSIBLE_CONFIG: join(integration, "integration.cfg"),
    ANSIBLE_FORCE_COLOR: "false",
    ANSIBLE_FORCE_HANDLERS: "true",
    ANSIBLE_HOST_PATTERN_MISMATCH: "error",
    ANSIBLE_INVENTORY: "/dev/null",
    ANSIBLE_DEPRECATION_WARNINGS: "false",
    ANSIBLE_HOST_KEY_CHECKING: "false",
    ANSIBLE_RETRY_FILES_ENABLED: "false",
    ANSIBLE_LIBRARY: "/dev/null",
    ANSIBLE_DEVEL_WARNING: "false",
  };
}

interface Outcome {
  readonly status: number | string;
  readonly output: string;
}

function runScript(integration: string, target: string, environment: NodeJS.ProcessEnv, options: TargetOptions) {
  const folder = join(integration, "targets", target);
  return run("./runme.sh", [], folder, { ...environment, ANSIBLE_PLAYBOOK_DIR: folder }, options);
}

async function runRole(integration: string, target: string, environment: NodeJS.ProcessEnv, options: TargetOptions) {
  const aliases = await readFile(join(integration, "targets", target, "aliases"), "utf8").catch(() => "");
  const play = {
    hosts: "testhost",
    gather_facts: !/^gather_facts\/no$/m.test(aliases),
    vars: { output_dir: environment["OUTPUT_DIR"] },
    roles: [target],
  };
  const file = `${target}-generated.yml`;
  await writeFile(join(integration, file), JSON.stringify([play], null, 4));
  const roles = { ANSIBLE_ROLES_PATH: join(integration, "targets"), ANSIBLE_PLAYBOOK_DIR: integration };
  return run("ansible-playbook", [file, "-i", "inventory"], integration, { ...environment, ...roles }, options);
}

/** In a session of its own, which is ended as a whole at the deadline. */
function run(
  file: string,
  words: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
  { deadlineSeconds }: TargetOptions,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(file, words, {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let timedOut = false;
    const note = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    const end = () => {
      if (child.pid !== undefined)
        try {
          process.kill(-child.pid, "SIGKILL");
        } catch {
          // All of it has ended.
        }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, deadlineSeconds * 1000);
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ status: String(error), output });
    });
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      end();
      resolve({ status: timedOut ? `over ${deadlineSeconds} s` : (status ?? signal ?? 1), output });
    });
  });
}

/** The last complaint is the one it ended with; a script's last command tells where. */
function reasonOf(output: string, status: number | string): string {
  const lines = output.split("\n");
  const told = lines.findLast((line) => /^\[ERROR\]|^fatal: |^failed: |FAILED!|Traceback|rror:/.test(line)) ?? "";
  const command = lines.findLast((line) => /^\++ (?!\[\[|test |grep|exit|rm |set )/.test(line)) ?? "";
  const parts = [typeof status === "string" ? status : `exit ${status}`, command, told].filter((part) => part !== "");
  return parts.map((part) => part.slice(0, 300)).join(" | ");
}
