import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
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
  return {
    out: (words) => void stdout.write(words),
    error: (words) => void stderr.write(words),
    columns: stdout.isTTY ? stdout.columns : undefined,
    isInteractive: stdin.isTTY,
    ask,
    input: () => text(stdin),
    end: async () => {
      await Promise.all([flushed(stdout), flushed(stderr)]);
    },
  };
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

/** The question goes to the error output, where it is seen also when the output is a file. */
async function ask(question: string, isPrivate: boolean, signal?: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const isTerminal = stdin.isTTY;
  const lines = createInterface({ input: stdin, output: isPrivate ? silent : stderr, terminal: isTerminal });
  try {
    return await lines.question("", signal === undefined ? {} : { signal });
  } finally {
    lines.close();
    if (isPrivate && isTerminal) stderr.write("\n");
  }
}
