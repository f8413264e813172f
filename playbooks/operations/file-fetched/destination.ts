import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, normalize, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { OperationContext } from "../operation.ts";

/** Where on the controller a fetched file goes, by the rules of the original, or why it cannot go there. */
export async function fetchDestination(
  dest: string,
  src: string,
  flat: boolean,
  context: Pick<OperationContext, "host" | "localFolder">,
): Promise<{ readonly path: string } | { readonly problem: string }> {
  const home = dest.replace(/^~(?=\/|$)/, () => homedir());
  const base = resolve(context.localFolder, home);
  if (!flat) return { path: normalize(`${base}/${context.host}/${src}`) };
  const endsAsFolder = dest.endsWith("/");
  if (!endsAsFolder) {
    if (!(await isFolder(base))) return { path: base };
    return {
      problem: "dest is an existing directory, use a trailing slash if you want to fetch src into that directory",
    };
  }
  const path = join(base, basename(src));
  if (!(await isFolder(path))) return { path };
  return {
    problem: `calculated dest '${path}' is an existing directory, use another path that does not point to an existing directory`,
  };
}

/** SHA-1 of a file of the controller; undefined when there is none. */
export async function localSums(path: string): Promise<{ readonly sha1: string } | undefined> {
  const sha1 = createHash("sha1");
  try {
    await pipeline(createReadStream(path), sha1);
  } catch {
    return undefined;
  }
  return { sha1: sha1.digest("hex") };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
