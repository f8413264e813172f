import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Reader } from "../operation.ts";
import { guarded } from "../path-state.ts";
import type { FindCriteria } from "./criteria.ts";
import type { FoundPath } from "./walk.ts";

export interface Problem {
  readonly problem: string;
}

/** Whether a file's content matches; a file that cannot be read does not. */
export async function holdsPattern(path: string, criteria: FindCriteria, read: Reader): Promise<boolean | Problem> {
  const { contains, encoding } = criteria;
  if (contains === undefined) return true;
  const content = await read.readFile(guarded(path));
  if (content === undefined) return false;
  let text: string;
  try {
    text = new TextDecoder(encoding.replace(/^latin-1$/i, "latin1"), { fatal: true, ignoreBOM: true }).decode(content);
  } catch (error) {
    if (error instanceof RangeError) return { problem: `unknown encoding: ${encoding}` };
    return { problem: `Failed to read the file ${path} due to an encoding error. current encoding: ${encoding}` };
  }
  text = text.replace(/\r\n?/g, "\n");
  const parts = criteria.wholeFile ? [text] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
  return parts.some((part) => {
    contains.lastIndex = 0;
    return contains.test(part);
  });
}

/** Paths whose checksum is asked for at once: keeps one script below the size an argument list may have. */
const PATHS_A_READ = 500;

/** Puts checksums into what was found; what went wrong is said. */
export async function addChecksums(
  found: readonly FoundPath[],
  algorithm: string,
  read: Reader,
): Promise<string | undefined> {
  const files = found.filter(({ kind }) => kind === "f");
  for (let start = 0; start < files.length; start += PATHS_A_READ) {
    const part = files.slice(start, start + PATHS_A_READ);
    const script = part.map(({ path }) => `${algorithm}sum <${shellQuote(guarded(path))} || echo -\n`).join("");
    const sums = (await read.run(script)).stdout.split("\n");
    for (const [index, { stat, path }] of part.entries()) {
      const [sum = "-"] = (sums[index] ?? "").split(" ");
      if (sum === "-" || sum === "") return `Unable to read ${path}`;
      stat.checksum = sum;
    }
  }
  return undefined;
}
