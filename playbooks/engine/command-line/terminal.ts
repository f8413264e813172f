import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import type { Terminal } from "./call.ts";

export interface OpenTerminal extends Terminal {
  /** Resolves once everything said has left this process. */
  end(): Promise<void>;
}

/** This process's own standard input and outputs. */
export function openTerminal(): OpenTerminal {
  const { stdin, stdout, stderr } = process;
  const ignoreClosed = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  };
  stdout.on("error", ignoreClosed);
  stderr.on("error", ignoreClosed);
  const piped = new PipedAnswers();
  return {
    out: (words) => void stdout.write(words),
    error: (words) => void stderr.write(words),
    columns: stdout.isTTY ? stdout.columns : undefined,
    isInteractive: stdin.isTTY,
    ask: (question, isPrivate, signal) => (stdin.isTTY ? ask(question, isPrivate, signal) : piped.ask(question)),
    input: () => text(stdin),
    inputBytes: () => buffer(stdin),
    end: async () => {
      piped.close();
      await Promise.all([flushed(stdout), flushed(stderr)]);
    },
  };
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

/** The question goes to the error output, where it is seen also when the output is a file. Rejects at the end of the input. */
async function ask(question: string, isPrivate: boolean, signal?: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: isPrivate ? silent : stderr, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("close", () => reject(new RangeError("the input has ended")));
      lines.question("", signal === undefined ? {} : { signal }).then(resolve, reject);
    });
  } finally {
    lines.close();
    if (isPrivate) stderr.write("\n");
  }
}

/** Answers that come through a pipe, one a line. */
class PipedAnswers {
  #lines: Interface | undefined;
  #next: AsyncIterator<string> | undefined;

  async ask(question: string): Promise<string> {
    process.stderr.write(question);
    this.#lines ??= createInterface({ input: process.stdin });
    this.#next ??= this.#lines[Symbol.asyncIterator]();
    const answer = await this.#next.next();
    if (answer.done === true) throw new RangeError("the input has ended");
    return answer.value;
  }

  close(): void {
    this.#lines?.close();
  }
}
