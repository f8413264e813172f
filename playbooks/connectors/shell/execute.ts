import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "#inventory/kernel/clock.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import type { Become } from "../connector.ts";
import { commandCancelled, commandTimeout, outcomeUnknown } from "../errors.ts";
import { newFrameMarks } from "./frame.ts";
import type { ShellPool } from "./pool.ts";
import { framedScript, mayLeaveProcesses } from "./script.ts";
import { endingScript } from "./session-end.ts";
import type { OutputSink, ScriptEnd, Shell } from "./shell.ts";

/** Larger input gets a channel of its own, where it flows as it is. */
const IN_BAND_BYTES = 128 * 1024;
const ENDING_MILLISECONDS = 15_000;
/** How long after a shell died by a signal its connection may turn out to be gone too (a host that shuts down). */
const GOING_DOWN_MILLISECONDS = 300;

export interface Execution {
  readonly script: string;
  readonly input: Buffer | Readable;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly timeoutMilliseconds: number | undefined;
  readonly become: Become | undefined;
  readonly sink: OutputSink;
  /** Called with the shell once the script is on its way, for flow control. */
  readonly started?: (shell: Shell) => void;
}

export interface ExecutionHost {
  readonly host: string;
  readonly pool: ShellPool;
  readonly clock: Clock;
  readonly alive: () => boolean;
}

/** Runs one script; resolves with its status and how long it took from being sent. */
export async function execute(
  target: ExecutionHost,
  work: Execution,
  signal: AbortSignal,
): Promise<{ status: number; durationMilliseconds: number }> {
  const { input } = work;
  const inBand = Buffer.isBuffer(input) && input.length <= IN_BAND_BYTES;
  const framed = { script: work.script, environment: work.environment, input: inBand ? input : undefined };
  const onceBytes = inBand ? undefined : Buffer.byteLength(framedScript(framed, newFrameMarks()));
  const shell = await target.pool.acquire(work.become, signal, onceBytes);
  let reuse = false;
  try {
    const started = target.clock.monotonic();
    const running = shell.run(framed, work.sink);
    work.started?.(shell);
    if (!inBand) void feed(shell, input);
    const end = await untilEnded(target, work, shell, running, signal);
    reuse = inBand && !end.shellEnded && !mayLeaveProcesses(work.script);
    return {
      status: await statusOf(target, end),
      durationMilliseconds: target.clock.monotonic() - started,
    };
  } finally {
    target.pool.release(shell, reuse);
  }
}

async function statusOf(target: ExecutionHost, end: ScriptEnd): Promise<number> {
  if (end.shellEnded && end.status !== null && end.status > 128) {
    await new Promise((resolve) => setTimeout(resolve, GOING_DOWN_MILLISECONDS));
  }
  if (end.status === null || (end.shellEnded && !target.alive())) {
    throw outcomeUnknown(target.host, "it ended without a status");
  }
  return end.status;
}

/** Sends the input after the script; a script that ends without reading all of it is no error. */
async function feed(shell: Shell, input: Buffer | Readable): Promise<void> {
  if (Buffer.isBuffer(input)) {
    shell.input.end(input);
    return;
  }
  await pipeline(input, shell.input).catch(() => shell.input.end());
}

async function untilEnded(
  target: ExecutionHost,
  work: Execution,
  shell: Shell,
  running: Promise<ScriptEnd>,
  signal: AbortSignal,
): Promise<ScriptEnd> {
  const interrupted = Promise.withResolvers<"timeout" | "cancelled">();
  const onAbort = () => interrupted.resolve("cancelled");
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  const { timeoutMilliseconds } = work;
  const timer =
    timeoutMilliseconds === undefined
      ? undefined
      : setTimeout(() => interrupted.resolve("timeout"), timeoutMilliseconds);
  try {
    const first = await Promise.race([running, interrupted.promise]);
    if (typeof first === "object") return first;
    const ended = await endSession(target, work.become, shell);
    if (first === "timeout") throw commandTimeout(target.host, timeoutMilliseconds ?? 0, ended);
    throw commandCancelled(target.host, ended);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Ends a shell with everything in its session; false when that could not be done. */
async function endSession(target: ExecutionHost, become: Become | undefined, shell: Shell): Promise<boolean> {
  if (!target.alive()) return false;
  const work = { script: endingScript(shell.session), environment: {}, input: Buffer.alloc(0) };
  const ignore = { stdout() {}, stderr() {} };
  const ending = target.pool.withExtra(become, async (other) => {
    const late = new Promise<null>((resolve) => setTimeout(resolve, ENDING_MILLISECONDS, null).unref());
    const end = await Promise.race([other.run(work, ignore), late]);
    return end?.status === 0;
  });
  const never = new Promise<false>((resolve) => setTimeout(resolve, 2 * ENDING_MILLISECONDS, false).unref());
  return Promise.race([ending.catch(() => false), never]);
}
