import type { StateFiles } from "./state-files.ts";

const SEGMENT_BYTES = 4 * 1024 * 1024;
const SEGMENTS = 8;
const SEGMENT_NAME = /^events-(\d{12})\.jsonl$/;

/** The files the events lie in, each named after its first event's number: appended to, begun anew when full, the oldest removed. */
export class EventSegments {
  /** Number in the newest segment's name; 0 when there was none. */
  readonly newestNumber: number;
  readonly #files: StateFiles;
  readonly #limit: number;
  #segment: string | undefined;
  #length: number;

  private constructor(files: StateFiles, limit: number, segment: string | undefined, length: number) {
    this.#files = files;
    this.#limit = limit;
    this.#segment = segment;
    this.#length = length;
    this.newestNumber = Number(SEGMENT_NAME.exec(segment ?? "")?.[1] ?? 0);
  }

  /** Reads what is there, oldest first, a segment's lines at a time, and cuts off what a crash left half written. */
  static async open(
    files: StateFiles,
    onLines: (lines: readonly string[]) => void,
    segmentBytes = SEGMENT_BYTES,
  ): Promise<EventSegments> {
    const names = await segmentNames(files);
    let length = 0;
    for (const name of names) {
      const content = await files.read(name);
      length = content.lastIndexOf(0x0a) + 1;
      if (length < content.length && name === names.at(-1)) await files.truncate(name, length);
      onLines(
        content
          .subarray(0, length)
          .toString("utf8")
          .split("\n")
          .filter((line) => line !== ""),
      );
    }
    return new EventSegments(files, segmentBytes, names.at(-1), length);
  }

  /** Appends lines of which the first event has the number `firstId`; on the disk once it resolves. Rejects as {@link StateFiles} does. */
  async append(content: Buffer, firstId: number): Promise<void> {
    await this.#files.append(await this.#segmentFor(firstId), content);
    this.#length += content.length;
  }

  /** After a refused append: a full disk may have taken half a line. */
  async cutBack(): Promise<void> {
    if (this.#segment === undefined) return;
    await this.#files.truncate(this.#segment, this.#length).catch(() => undefined);
  }

  async #segmentFor(firstId: number): Promise<string> {
    if (this.#segment !== undefined && this.#length < this.#limit) return this.#segment;
    const segment = `events-${String(firstId).padStart(12, "0")}.jsonl`;
    await this.#files.append(segment, Buffer.alloc(0));
    await this.#files.syncNames();
    this.#segment = segment;
    this.#length = 0;
    const segments = await segmentNames(this.#files);
    for (const old of segments.slice(0, -SEGMENTS)) await this.#files.remove(old);
    return segment;
  }
}

async function segmentNames(files: StateFiles): Promise<string[]> {
  return (await files.names()).filter((name) => SEGMENT_NAME.test(name)).sort();
}
