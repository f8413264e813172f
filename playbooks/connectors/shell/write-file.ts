import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ApplianceError } from "#inventory/kernel/errors.ts";
import type { FileToWrite } from "../connector.ts";
import { diskFull, fileNotWritten, fileRefused, lastLine, requestInvalid } from "../errors.ts";
import { Collector } from "./collector.ts";
import { type ExecutionHost, execute } from "./execute.ts";
import { FILE_STATUS, fileScript } from "./file-script.ts";

const SMALL_BYTES = 128 * 1024;
const MESSAGE_BYTES = 64 * 1024;

/** Makes a file on the host as {@link FileToWrite} says. */
export async function writeFile(target: ExecutionHost, file: FileToWrite, signal: AbortSignal): Promise<void> {
  if (!file.path.startsWith("/")) throw requestInvalid(`A file is written to an absolute path, not to ${file.path}`);
  const { input, sha256 } = await contentOf(target.host, file);
  const output = new Collector(MESSAGE_BYTES);
  const { status } = await execute(
    target,
    {
      script: fileScript(file, sha256),
      input,
      environment: {},
      timeoutMilliseconds: undefined,
      become: file.become,
      sink: { stdout: output.take, stderr: output.take },
    },
    signal,
  );
  if (status !== 0) throw failure(target.host, file.path, status, output.text());
}

async function contentOf(host: string, file: FileToWrite): Promise<{ input: Buffer | Readable; sha256: string }> {
  const { content } = file;
  if (typeof content === "string" || Buffer.isBuffer(content)) {
    const input = Buffer.from(content);
    return { input, sha256: file.sha256 ?? createHash("sha256").update(input).digest("hex") };
  }
  const { localPath } = content;
  try {
    if ((await stat(localPath)).size <= SMALL_BYTES) {
      return contentOf(host, { ...file, content: await readFile(localPath) });
    }
    const hash = createHash("sha256");
    if (file.sha256 === undefined) await pipeline(createReadStream(localPath), hash);
    const sha256 = file.sha256 ?? hash.digest("hex");
    return { input: createReadStream(localPath, { highWaterMark: 256 * 1024 }), sha256 };
  } catch (error) {
    throw fileNotWritten(host, file.path, `the local file ${localPath} cannot be read (${String(error)})`);
  }
}

function failure(host: string, path: string, status: number, output: string): ApplianceError {
  if (/No space left on device|Disk quota exceeded/.test(output)) return diskFull(host, path, output);
  if (status === FILE_STATUS.refused) return fileRefused(host, path, output);
  return fileNotWritten(host, path, lastLine(output) || `the script ended with status ${status}`);
}
