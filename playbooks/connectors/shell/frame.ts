import { randomBytes } from "node:crypto";

/** The random marks around one script's output; no script can know them beforehand, so none can forge them. */
export interface FrameMarks {
  readonly begin: string;
  readonly end: string;
}

export function newFrameMarks(): FrameMarks {
  const token = randomBytes(16).toString("hex");
  return { begin: `<${token}<`, end: `>${token}>` };
}

/**
 * Cuts one script's bytes out of a stream shared by many: everything before the begin mark is dropped (late output of
 * background processes of an earlier script), everything up to the end mark goes to `sink` as it comes, and the rest of
 * the end mark's line is the {@link trailer}.
 */
export class FrameReader {
  /** What followed the end mark on its line; undefined until it came. */
  trailer: string | undefined;
  readonly #end: Buffer;
  readonly #sink: (chunk: Buffer) => void;
  #begin: Buffer | undefined;
  #pending: Buffer = Buffer.alloc(0);

  constructor(marks: FrameMarks, sink: (chunk: Buffer) => void) {
    this.#begin = Buffer.from(marks.begin);
    this.#end = Buffer.from(marks.end);
    this.#sink = sink;
  }

  /** Takes the next bytes of the stream. Bytes after the trailer's line are dropped. */
  push(chunk: Buffer): void {
    if (this.trailer !== undefined) return;
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = Buffer.alloc(0);
    if (this.#begin !== undefined) {
      const begin = data.indexOf(this.#begin);
      if (begin < 0) {
        this.#pending = data.subarray(data.length - possibleStart(data, this.#begin));
        return;
      }
      data = data.subarray(begin + this.#begin.length);
      this.#begin = undefined;
    }
    this.#inside(data);
  }

  /** The stream ended without an end mark: what was held back belongs to the script. */
  flush(): void {
    if (this.#begin === undefined && this.trailer === undefined && this.#pending.length > 0) this.#sink(this.#pending);
    this.#pending = Buffer.alloc(0);
  }

  #inside(data: Buffer): void {
    const end = data.indexOf(this.#end);
    if (end < 0) {
      const held = possibleStart(data, this.#end);
      this.#give(data.subarray(0, data.length - held));
      this.#pending = data.subarray(data.length - held);
      return;
    }
    const newline = data.indexOf(10, end + this.#end.length);
    this.#give(data.subarray(0, end));
    if (newline < 0) this.#pending = data.subarray(end);
    else this.trailer = data.toString("latin1", end + this.#end.length, newline);
  }

  #give(data: Buffer): void {
    if (data.length > 0) this.#sink(data);
  }
}

/** How many of the last bytes of `data` could be the start of `mark`. */
function possibleStart(data: Buffer, mark: Buffer): number {
  const first = mark[0];
  for (let length = Math.min(data.length, mark.length - 1); length > 0; length--) {
    const at = data.length - length;
    if (data[at] === first && data.compare(mark, 0, length, at) === 0) return length;
  }
  return 0;
}
