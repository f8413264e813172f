import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { OperationContext } from "../operation.ts";
import { guarded } from "../path-state.ts";

/** One file of a folder of fragments. */
export interface Fragment {
  readonly name: string;
  readonly content: Buffer;
}

/** Fragments as one text, ordered by name: each begins on a line of its own, the delimiter on its own between them. */
export function assembled(fragments: readonly Fragment[], delimiter: string | undefined): Buffer {
  const mark = delimiter === undefined || delimiter === "" ? undefined : unescapedBytes(delimiter);
  const parts: Buffer[] = [];
  let endsLine = true;
  for (const [index, { content }] of [...fragments].sort(byName).entries()) {
    if (!endsLine) parts.push(Buffer.from("\n"));
    if (index > 0 && mark !== undefined) {
      parts.push(mark);
      if (mark.at(-1) !== 10) parts.push(Buffer.from("\n"));
    }
    parts.push(content);
    endsLine = content.at(-1) === 10;
  }
  return Buffer.concat(parts);
}

/** Fragments in a folder of the controller that `takes` lets in, read by `read`. */
export async function localFragments(
  folder: string,
  takes: (name: string) => boolean,
  read: (path: string) => Promise<Buffer>,
): Promise<Fragment[]> {
  const names = (await readdir(folder)).filter(takes);
  const fragments: Fragment[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) fragments.push({ name, content: await read(path) });
  }
  return fragments;
}

/** Fragments in a folder of the host; a text says why there are none. */
export async function hostFragments(
  folder: string,
  takes: (name: string) => boolean,
  context: OperationContext,
): Promise<Fragment[] | string> {
  const word = shellQuote(guarded(folder));
  const script = [
    `if [ ! -e ${word} ]; then exit 2; fi\nif [ ! -d ${word} ]; then exit 20; fi\ncd ${word} || exit 13\n`,
    'for f in * .[!.]* ..?*; do if [ -f "$f" ]; then echo "$(printf %s "$f" | base64 -w0) $(base64 -w0 <"$f")"; fi; done\n',
  ].join("");
  const outcome = await context.read.run(script);
  if (outcome.status === 2) return `Source (${folder}) does not exist`;
  if (outcome.status === 20) return `Source (${folder}) is not a directory`;
  if (outcome.status !== 0 || outcome.truncated) return outcome.stderr.trim() || `Source (${folder}) cannot be read`;
  return outcome.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", content = ""] = line.split(" ");
      return { name: Buffer.from(name, "base64").toString("utf8"), content: Buffer.from(content, "base64") };
    })
    .filter(({ name }) => takes(name));
}

function byName(left: Fragment, right: Fragment): number {
  return Buffer.compare(Buffer.from(left.name), Buffer.from(right.name));
}

/** Bytes of a text with the escapes of a Python string. */
function unescapedBytes(text: string): Buffer {
  const simple: Readonly<Record<string, string>> = {
    n: "\n",
    t: "\t",
    r: "\r",
    a: "\u0007",
    b: "\b",
    f: "\f",
    v: "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
  };
  const bytes = Buffer.from(text).toString("latin1");
  const result = bytes.replace(
    /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g,
    (whole, hex?: string, octal?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return simple[letter ?? ""] ?? whole;
    },
  );
  return Buffer.from(result, "latin1");
}
