import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Become, Command, CommandResult, Connector, FileToWrite } from "../connector.ts";
import { commandFailed, fileNotRead, lastLine } from "../errors.ts";
import { Collector } from "./collector.ts";
import { type ExecutionHost, execute } from "./execute.ts";
import type { Shell } from "./shell.ts";
import { writeFile } from "./write-file.ts";

const OUTPUT_BYTES = 16 * 1024 * 1024;
const FILE_BYTES = 256 * 1024 * 1024;
const TAIL_BYTES = 4096;

/** A {@link Connector} over whatever can start a shell: an SSH connection or this machine. */
export class ShellConnector implements Connector {
  readonly host: string;
  readonly #target: ExecutionHost;
  readonly #disconnect: () => Promise<void>;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(target: ExecutionHost, disconnect: () => Promise<void>) {
    this.host = target.host;
    this.#target = target;
    this.#disconnect = disconnect;
  }

  run(command: Command, signal?: AbortSignal): Promise<CommandResult> {
    return this.#tracked(signal, async (both) => {
      const stdout = new Collector(OUTPUT_BYTES);
      const stderr = new Collector(OUTPUT_BYTES);
      const end = await execute(
        this.#target,
        { ...workOf(command), sink: { stdout: stdout.take, stderr: stderr.take } },
        both,
      );
      return {
        ...end,
        stdout: stdout.text(),
        stderr: stderr.text(),
        truncated: stdout.truncated || stderr.truncated,
      };
    });
  }

  writeFile(file: FileToWrite, signal?: AbortSignal): Promise<void> {
    return this.#tracked(signal, (both) => writeFile(this.#target, file, both));
  }

  readFile(path: string, become?: Become, signal?: AbortSignal): Promise<Buffer> {
    return this.#tracked(signal, async (both) => {
      const content = new Collector(FILE_BYTES);
      const complaints = new Collector(TAIL_BYTES);
      const work = workOf({ script: `cat -- ${shellQuote(path)}`, ...(become === undefined ? {} : { become }) });
      const sink = { stdout: content.take, stderr: complaints.take };
      const { status } = await execute(this.#target, { ...work, sink }, both);
      if (status !== 0) throw fileNotRead(this.host, path, lastLine(complaints.text()));
      if (content.truncated) throw fileNotRead(this.host, path, "it is larger than 256 MiB");
      return content.bytes();
    });
  }

  stream(command: Command, signal?: AbortSignal): Readable {
    const stop = new AbortController();
    let shell: Shell | undefined;
    const tail = new LastBytes(TAIL_BYTES);
    const output = new Readable({
      read: () => shell?.resume(),
      destroy: (error, done) => {
        stop.abort();
        shell?.resume();
        done(error);
      },
    });
    const take = (chunk: Buffer) => {
      tail.take(chunk);
      if (!output.destroyed && !output.push(chunk)) shell?.pause();
    };
    const both = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
    void this.#tracked(both, async (all) => {
      const sink = { stdout: take, stderr: take };
      const started = (running: Shell) => {
        shell = running;
      };
      const { status } = await execute(this.#target, { ...workOf(command), sink, started }, all);
      if (status !== 0) throw commandFailed(this.host, status, tail.text());
    }).then(
      () => {
        shell = undefined;
        output.push(null);
      },
      (error: unknown) => {
        shell = undefined;
        output.destroy(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return output;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#closing.abort();
      await Promise.allSettled(this.#running);
      this.#target.pool.close();
      await this.#disconnect();
    })();
    return this.#closed;
  }

  #tracked<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const closing = this.#closing.signal;
    const running = work(signal === undefined ? closing : AbortSignal.any([closing, signal]));
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }
}

/** The last bytes of a stream, for a message. */
class LastBytes {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(chunk: Buffer): void {
    const all = chunk.length >= this.#limit ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#bytes = Buffer.from(all.subarray(Math.max(0, all.length - this.#limit)));
  }

  text(): string {
    return this.#bytes.toString("utf8");
  }
}

function workOf(command: Command) {
  return {
    script: command.script,
    input: inputOf(command.stdin ?? ""),
    environment: command.environment ?? {},
    timeoutMilliseconds: command.timeoutMilliseconds,
    become: command.become,
  };
}

function inputOf(stdin: NonNullable<Command["stdin"]>): Buffer | Readable {
  if (typeof stdin === "string") return Buffer.from(stdin);
  return Buffer.isBuffer(stdin) ? stdin : createReadStream(stdin.localPath, { highWaterMark: 256 * 1024 });
}
