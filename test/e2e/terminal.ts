import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { BDAP } from "./command.ts";

const run = promisify(execFile);

/** A pseudo-terminal of 80 columns and 24 lines with `bdap` in it, held by a tmux server of its own. */
export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  static async open(socket: string, args: readonly string[]): Promise<Terminal> {
    const terminal = new Terminal(socket);
    await terminal.close();
    const command = [...BDAP, ...args].map((word) => `'${word}'`).join(" ");
    // The shell stays, so that what the command left on the screen and its exit status can be read.
    const shell = `stty -echo; ${command}; printf '\\nexit status %s\\n' $?; sleep 600`;
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", shell);
    await terminal.#tmux("set-option", "-g", "status", "off");
    return terminal;
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Presses keys by tmux' names, as in `Enter`, `Escape`, `C-c`, each after the program had time to take the one before. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.#tmux("send-keys", key);
      await sleep(250);
    }
  }

  /** What is on the screen now. */
  async screen(): Promise<string> {
    return this.#tmux("capture-pane", "-p");
  }

  /** The screen once `text` is on it. Rejects with the screen when it does not come. */
  async shows(text: string | RegExp, seconds = 60): Promise<string> {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const screen = await this.screen();
      if (typeof text === "string" ? screen.includes(text) : text.test(screen)) return screen;
      if (performance.now() > until) throw new Error(`"${text}" is not on the screen:\n${screen}`);
      await sleep(200);
    }
  }

  async close(): Promise<void> {
    await this.#tmux("kill-server").catch(() => "");
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    return (await run("tmux", ["-L", this.#socket, ...args])).stdout;
  }
}
