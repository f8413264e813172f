import type { Channel } from "./channel.ts";
import { FrameReader, newFrameMarks } from "./frame.ts";
import { type FramedScript, framedScript } from "./script.ts";

/** Where a script's bytes go while it runs. */
export interface OutputSink {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

/** How a script ended: with a status, or (null) because the connection was lost. */
export interface ScriptEnd {
  readonly status: number | null;
  /** Whether the shell itself ended with the script. */
  readonly shellEnded: boolean;
}

/**
 * A running `/bin/sh` on a host that runs one script after another. `session` is its session: ending all processes of it
 * ends the shell and what its scripts started, short of daemons, which make themselves a session of their own.
 */
export class Shell {
  readonly session: number;
  readonly key: string;
  readonly #channel: Channel;
  #stdout: ((chunk: Buffer) => void) | undefined;
  #stderr: ((chunk: Buffer) => void) | undefined;
  #ended = false;

  constructor(channel: Channel, session: number, key: string) {
    this.session = session;
    this.key = key;
    this.#channel = channel;
    channel.stdout.on("data", (chunk: Buffer) => this.#stdout?.(chunk));
    channel.stderr.on("data", (chunk: Buffer) => this.#stderr?.(chunk));
    void channel.ended.then(() => {
      this.#ended = true;
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The shell's own input, for a script whose input does not travel with its text. */
  get input(): Channel["stdin"] {
    return this.#channel.stdin;
  }

  /** Runs one script; one at a time. */
  async run(work: FramedScript, sink: OutputSink): Promise<ScriptEnd> {
    const marks = newFrameMarks();
    const text = Buffer.from(framedScript(work, marks));
    const stdout = new FrameReader(marks, (chunk) => sink.stdout(chunk));
    const stderr = new FrameReader(marks, (chunk) => sink.stderr(chunk));
    const framed = Promise.withResolvers<ScriptEnd>();
    const take = (reader: FrameReader) => (chunk: Buffer) => {
      reader.push(chunk);
      if (stdout.trailer !== undefined && stderr.trailer !== undefined) {
        framed.resolve({ status: Number(stdout.trailer), shellEnded: false });
      }
    };
    this.#stdout = take(stdout);
    this.#stderr = take(stderr);
    this.#channel.stdin.write(text);
    const died = this.#channel.ended.then((end): ScriptEnd => {
      stdout.flush();
      stderr.flush();
      return { status: end.status, shellEnded: true };
    });
    const end = await Promise.race([framed.promise, died]);
    this.#stdout = undefined;
    this.#stderr = undefined;
    return end;
  }

  /** Stops and restarts the flow of output, for a reader that is slower than the host. */
  pause(): void {
    this.#channel.stdout.pause();
    this.#channel.stderr.pause();
  }

  resume(): void {
    this.#channel.stdout.resume();
    this.#channel.stderr.resume();
  }

  /** Lets the shell go; an idle one ends by itself. */
  dispose(): void {
    this.#ended = true;
    this.#channel.close();
  }
}
