import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Become, Connector } from "../connectors/connector.ts";
import type { FileToFetch } from "./operation.ts";
import { guarded } from "./path-state.ts";

/**
 * Brings a file of a host to the controller as it streams in; the old one stays until the new one is whole. Throws
 * `PLAYBOOKS_FILE_NOT_READ` where the host's file cannot be read, has changed meanwhile, or has no room here.
 */
export async function fetchFile(
  file: FileToFetch,
  connector: Connector,
  become: Become | undefined,
  signal: AbortSignal,
): Promise<void> {
  const refused = (message: string, cause?: unknown) =>
    new ApplianceError({
      code: "PLAYBOOKS_FILE_NOT_READ",
      kind: "environment",
      message,
      hint: "Look whether the file is still there and readable on the host, and whether there is room for it here.",
      context: { host: connector.host, path: file.path, localPath: file.localPath },
      cause,
    });
  const temporary = `${file.localPath}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(file.localPath), { recursive: true });
    const sha1 = createHash("sha1");
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sha1.update(chunk);
        done(null, chunk);
      },
    });
    const script = `exec cat ${shellQuote(guarded(file.path))} 2>/dev/null`;
    const content = connector.stream({ script, ...(become === undefined ? {} : { become }) }, signal);
    await pipeline(content, measure, createWriteStream(temporary, { flush: true }));
    if (file.sha1 !== undefined && sha1.digest("hex") !== file.sha1) throw refused("checksum mismatch");
    await rename(temporary, file.localPath);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof ApplianceError && error.code !== "PLAYBOOKS_COMMAND_FAILED") throw error;
    throw refused("Failed to fetch the file.", error);
  }
}
