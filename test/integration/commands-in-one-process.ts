import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface CommandEnd {
  readonly status: number;
  /** What it printed, complaints included. */
  readonly output: string;
}

/**
 * Runs commands of ours from their source, one after the other in one process beside the test: starting a process and loading
 * the command line's libraries takes far longer than most commands.
 */
export class CommandProcess {
  readonly #child: ChildProcess;

  constructor() {
    const server = join(import.meta.dirname, "command-server.ts");
    this.#child = spawn(process.execPath, ["--no-warnings", server], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  }

  /** `command`: its file under installer/commands. */
  async run(command: string, words: readonly string[]): Promise<CommandEnd> {
    this.#child.send({ command, words });
    const [end] = (await once(this.#child, "message")) as [CommandEnd];
    return end;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.disconnect();
    await ended;
  }
}
