import { type ChildProcess, spawn } from "node:child_process";
import { commandDeadline, commandMissing, commandStuck } from "../errors.ts";

export interface ProcessResult {
  /** Exit status; 128 + 15 or so when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program (no shell) and resolves with how it ended. Rejects with `AGENT_COMMAND_MISSING`, with
 * `AGENT_COMMAND_DEADLINE` when it was killed at its deadline, and with `AGENT_COMMAND_STUCK` while an earlier run of
 * the same words still has not gone: so a hanging mount costs one process, not one a round.
 */
export type RunProcess = (words: readonly string[], deadlineMilliseconds: number) => Promise<ProcessResult>;

/** Output beyond this many characters a stream is dropped. */
const LONGEST_OUTPUT = 2 ** 20;

/** What programs see: English messages, the usual places, nothing of the agent's own environment. */
const ENVIRONMENT = { LC_ALL: "C", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

export function processRunner(): RunProcess {
  const stuck = new Set<string>();
  return (words, deadlineMilliseconds) => {
    const key = words.join("\0");
    if (stuck.has(key)) return Promise.reject(commandStuck(words));
    const [program = "", ...args] = words;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: ENVIRONMENT, detached: true });
    const ended = outcome(child, words);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stuck.add(key);
        const release = () => stuck.delete(key);
        ended.then(release, release);
        killGroup(child);
        letGo(child);
        reject(commandDeadline(words, deadlineMilliseconds));
      }, deadlineMilliseconds);
      ended.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  };
}

function outcome(child: ChildProcess, words: readonly string[]): Promise<ProcessResult> {
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(commandMissing(words, error)));
    // A killed program's pipes may be kept open by what it started: after a kill its own exit is enough.
    child.on("exit", () => {
      if (child.killed) resolve({ status: 137, stdout: stdout(), stderr: stderr() });
    });
    child.on("close", (code) => resolve({ status: code ?? 143, stdout: stdout(), stderr: stderr() }));
  });
}

function gather(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    if (text.length < LONGEST_OUTPUT) text += chunk.slice(0, LONGEST_OUTPUT - text.length);
  });
  stream?.on("error", () => undefined);
  return () => text;
}

/** Ends the program and what it started; it leads its own process group. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
  child.kill("SIGKILL");
}

/** A process that hangs in the kernel must keep neither pipes nor the event loop. */
function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
