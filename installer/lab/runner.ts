import { execa } from "execa";
import { shellJoin } from "#inventory/kernel/shell.ts";
import { labErrors } from "./errors.ts";

export interface CommandOutcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Text for the command's standard input; empty unless given. */
  readonly input?: string;
  /** Added to a minimal environment (PATH, LC_ALL=C.UTF-8). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Resolve with the outcome, whatever it is, instead of rejecting on a non-zero exit. */
  readonly tolerant?: boolean;
  readonly timeoutMs?: number;
}

/** The one way the lab runs programs on the machine: argument lists, never a shell line. */
export interface CommandRunner {
  /** Rejects with `LAB_COMMAND_FAILED` unless the exit code is 0 or `tolerant` is set. */
  run(command: string, args: readonly string[], options?: CommandOptions): Promise<CommandOutcome>;
  /** Starts a program in a session of its own that outlives this process; output is appended to `logFile`. */
  detach(
    command: string,
    args: readonly string[],
    logFile: string,
    environment?: Readonly<Record<string, string>>,
  ): Promise<void>;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Runs programs through execa. Running ones are ended when `signal` aborts; detached ones are not. */
export function execaRunner(signal?: AbortSignal): CommandRunner {
  return {
    async run(command, args, options = {}) {
      signal?.throwIfAborted();
      const result = await execa(command, [...args], {
        env: { PATH, LC_ALL: "C.UTF-8", ...options.environment },
        extendEnv: false,
        input: options.input ?? "",
        reject: false,
        maxBuffer: 50_000_000,
        ...(signal === undefined ? {} : { cancelSignal: signal }),
        ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      });
      signal?.throwIfAborted();
      const outcome = { exitCode: result.exitCode, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
      if (result.exitCode === 0 || options.tolerant === true) return outcome;
      const output = lastLines(outcome.stderr || outcome.stdout || String(result.cause ?? ""), 5);
      throw labErrors.commandFailed(shellJoin([command, ...args]), result.exitCode, output, result);
    },

    async detach(command, args, logFile, environment = {}) {
      signal?.throwIfAborted();
      // bash only opens the log and becomes the program; every word reaches it as an argument of its own.
      const becoming = ["-c", 'exec "$@" >>"$0" 2>&1', logFile, command, ...args];
      const child = execa("/bin/bash", becoming, {
        env: { PATH, LC_ALL: "C.UTF-8", ...environment },
        extendEnv: false,
        cwd: "/",
        detached: true,
        cleanup: false,
        reject: false,
        stdio: "ignore",
      });
      const { nodeChildProcess: started } = child;
      started.unref();
    },
  };
}

/** Runs a program on this process's own terminal; its exit code. */
export async function runInTerminal(command: string, args: readonly string[]): Promise<number> {
  const result = await execa(command, [...args], { stdio: "inherit", reject: false });
  return result.exitCode ?? 1;
}

function lastLines(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join(" | ");
}
