import { EventEmitter } from "node:events";
import { render } from "ink";
import type { ReactElement } from "react";
import { SMALLEST } from "./program.tsx";

/** A terminal of 80 columns and 24 lines for tests: keys go in, the last frame comes out, colours left away. */
export class SmallTerminal {
  readonly #output = new Output();
  readonly #input = new Input();
  readonly #unmount: () => void;

  constructor(tree: ReactElement) {
    const streams = {
      stdout: this.#output as unknown as NodeJS.WriteStream,
      stderr: new Output() as unknown as NodeJS.WriteStream,
      stdin: this.#input as unknown as NodeJS.ReadStream,
    };
    const app = render(tree, { ...streams, debug: true, exitOnCtrlC: false, patchConsole: false });
    this.#unmount = () => app.unmount();
  }

  get frame(): string {
    // Colours, as ECMA-48 calls them: select graphic rendition.
    return this.#output.last.replace(/\u001b\[[0-9;]*m/g, "");
  }

  /** Whether somebody listens to the keys already. */
  get isListening(): boolean {
    return this.#input.listenerCount("readable") > 0;
  }

  write(keys: string): void {
    this.#input.give(keys);
  }

  close(): void {
    this.#unmount();
  }
}

class Output extends EventEmitter {
  readonly isTTY = true;
  readonly columns = SMALLEST.columns;
  readonly rows = SMALLEST.rows;
  last = "";
  write = (frame: string): boolean => {
    this.last = frame;
    return true;
  };
}

/** As much of a terminal's input as ink reads. */
class Input extends EventEmitter {
  readonly isTTY = true;
  #waiting: string | null = null;
  give(keys: string): void {
    this.#waiting = keys;
    this.emit("readable");
  }
  read(): string | null {
    const keys = this.#waiting;
    this.#waiting = null;
    return keys;
  }
  setEncoding(): void {}
  setRawMode(): void {}
  ref(): void {}
  unref(): void {}
}
