import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Call } from "../command-line/call.ts";
import { inventoryProgram } from "../command-line/inventory.ts";

/** A small inventory and the calls to make on it: test material. */
export interface ListingCase {
  readonly name: string;
  /** Files by path; those beginning with `#!` are made executable. */
  readonly files: Readonly<Record<string, string>>;
  readonly calls: readonly (readonly string[])[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Writes a case's files to a folder of its own, hands it on, and takes it away. */
export async function inFolder<T>(files: ListingCase["files"], work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bdap-listing-"));
  try {
    await writeFiles(folder, files);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function writeFiles(folder: string, files: ListingCase["files"]): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (name.endsWith("/")) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    if (content.startsWith("#!")) await chmod(path, 0o755);
  }
}

/** What our own program says to a call. */
export async function askOurs(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const said = { output: "", errors: "" };
  const call: Call = {
    program: "ansible-inventory",
    words,
    around: { environment: { PATH: "/usr/bin:/bin", ...environment }, workingFolder: folder, homeFolder: folder },
    terminal: {
      out: (text) => {
        said.output += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
      },
      error: (text) => {
        said.errors += text;
      },
      columns: undefined,
      isInteractive: false,
      ask: () => Promise.reject(new Error("nobody is here")),
      input: () => Promise.resolve(""),
      inputBytes: () => Promise.resolve(new Uint8Array()),
    },
    signal: new AbortController().signal,
  };
  const code = await inventoryProgram(call);
  return { code, ...said };
}
