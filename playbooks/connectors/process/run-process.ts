import { execa } from "execa";
import { systemCodeOf } from "#inventory/kernel/errors.ts";

export interface ProcessRequest {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly workingFolder: string;
  /** Added to this process's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called for each line of standard output; the program is not read further before it is done. */
  onLine(line: string): void | Promise<void>;
}

export interface ProcessEnd {
  /** Exit status, 128 + 15 when it was ended by the signal; undefined when there is no such program. */
  readonly status: number | undefined;
  /** The end of standard error, at most 16 KiB. */
  readonly errorOutput: string;
}

const KEPT = 16_384;

/** Runs a program on this machine in a process group of its own, which the signal ends as a whole. */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const child = execa(request.file, request.arguments, {
    cwd: request.workingFolder,
    env: request.environment,
    reject: false,
    detached: true,
    cleanup: false,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
  });
  let errorOutput = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errorOutput = (errorOutput + chunk.toString("utf8")).slice(-KEPT);
  });
  const stop = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch (error) {
      if (systemCodeOf(error) !== "ESRCH") throw error;
    }
  };
  request.signal.addEventListener("abort", stop, { once: true });
  if (request.signal.aborted) stop();
  try {
    for await (const line of child.iterable()) await request.onLine(line);
    const end = await child;
    return { status: "code" in end && end.code === "ENOENT" ? undefined : (end.exitCode ?? 143), errorOutput };
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return { status: undefined, errorOutput };
    throw error;
  } finally {
    request.signal.removeEventListener("abort", stop);
  }
}
