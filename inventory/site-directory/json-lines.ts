import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { readFileIfThere, syncDirectory } from "../kernel/files.ts";
import { siteErrors } from "./errors.ts";

/** A file of one JSON object a line that only ever grows. */
export interface JsonLines {
  /** Resolves once the record is on the disk. Calls that overlap are written in the order of the calls, and may fail together. */
  append(record: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

const NEWLINE = 0x0a;

/**
 * Opens `path` (mode 0600, made when absent) for appending. A last line without its newline was never acknowledged and is
 * cut off first. Only one process at a time may append: hold the site's lock.
 */
export async function openJsonLines(path: string): Promise<JsonLines> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a+", 0o600);
  await cutTornTail(file);
  await syncDirectory(dirname(path));
  let waiting: string[] = [];
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    next = undefined;
    const lines = waiting.join("");
    waiting = [];
    await appendDurably(file, lines);
  };
  return {
    append: (record) => {
      waiting.push(`${JSON.stringify(record)}\n`);
      // What comes while a write is under way goes to the disk with one write and one sync after it.
      if (next === undefined) {
        next = last.catch(() => undefined).then(flush);
        last = next;
      }
      return next;
    },
    close: async () => {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}

async function appendDurably(file: FileHandle, lines: string): Promise<void> {
  const { size } = await file.stat();
  try {
    await file.appendFile(lines);
  } catch (error) {
    // A full disk may have taken half of it, which a later record must not follow.
    await file.truncate(size);
    throw error;
  }
  await file.datasync();
}

/** Every whole record in `path`, oldest first; none when there is no such file. A torn last line is left out. */
export async function readJsonLines(path: string): Promise<Record<string, unknown>[]> {
  const text = (await readFileIfThere(path)) ?? "";
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  lines.pop();
  return lines.map((line, index) => {
    const record = parseRecord(line);
    if (record === undefined) throw siteErrors.journalCorrupt(path, index + 1);
    return record;
  });
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

async function cutTornTail(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const window = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - window.length);
    const { bytesRead } = await file.read(window, 0, end - start, start);
    const at = window.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at !== -1 || start === 0) {
      const whole = at === -1 ? 0 : start + at + 1;
      if (whole < size) await file.truncate(whole);
      return;
    }
    end = start;
  }
}
