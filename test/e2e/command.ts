import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "..", "..");
/** The repository's own Node and the built command: what `npx bdap` runs. */
export const BDAP: readonly [string, string] = [
  join(ROOT, "node_modules", ".bin", "node"),
  join(ROOT, ".build", "installer", "main.js"),
];

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One line of a stream of JSON documents. */
export type Line = Readonly<Record<string, unknown>>;

export interface RunningCommand {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Sends a signal to the command and everything it started. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the first line, of those so far and to come, that `matches`; undefined when the command ended without. */
  line(matches: (line: Line) => boolean): Promise<Line | undefined>;
}

/** Starts the built `bdap` as a user would, without a terminal, in a process group of its own. */
export function start(args: readonly string[]): RunningCommand {
  const [node, main] = BDAP;
  const child = spawn(node, [main, ...args], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${node} did not start`);
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  let stdout = "";
  let stderr = "";
  let over = false;
  createInterface({ input: child.stdout }).on("line", (text) => {
    stdout += `${text}\n`;
    if (text.startsWith('{"')) lines.push(JSON.parse(text) as Line);
    for (const wake of waiting) wake();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString("utf8");
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (exitCode, signal) => {
      over = true;
      resolve({ exitCode, signal, stdout, stderr });
      for (const wake of waiting) wake();
    });
  });
  return {
    pid,
    ended,
    kill: (signal) => {
      if (!over) process.kill(-pid, signal);
    },
    line: (matches) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines.find(matches);
          if (found === undefined && !over) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Runs the built `bdap` to its end. */
export function bdap(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}

/** The one document that `--json` printed. Throws with everything the command said when there is none. */
export function documentOf(ended: Ended): Line {
  try {
    return JSON.parse(ended.stdout) as Line;
  } catch {
    throw new Error(`no JSON document; exit ${ended.exitCode}\n${ended.stdout}\n${ended.stderr}`);
  }
}

/** The documents that a stream printed, a line each. */
export function linesOf(ended: Ended): Line[] {
  return ended.stdout
    .split("\n")
    .filter((text) => text.startsWith('{"'))
    .map((text) => JSON.parse(text) as Line);
}
