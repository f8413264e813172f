import { connect } from "node:net";
import { systemCodeOf } from "#inventory/kernel/errors.ts";

/**
 * What a port said: `open` took the connection, `closed` refused it (so something lives at the address), `filtered` said
 * nothing within the deadline or is not there.
 */
export type PortState = "open" | "closed" | "filtered";

export interface SweptPort {
  readonly address: string;
  readonly port: number;
  readonly state: PortState;
}

export interface SweepOptions {
  /** Port tried unless a place names its own. */
  readonly port: number;
  /** Sockets open at any time, 1 to 512; 256 unless given. */
  readonly concurrency?: number;
  /** Milliseconds an address has to answer; 1,500 unless given. */
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal;
}

const MOST_SOCKETS = 512;

/**
 * Tries a TCP connection to each place and tells what came of it, in the order the answers come. At most `concurrency`
 * sockets exist at any time and nothing is sent through them. An aborted sweep ends without an error.
 */
export async function* sweep(
  places: Iterable<{ readonly address: string; readonly port?: number }>,
  options: SweepOptions,
): AsyncGenerator<SweptPort> {
  const limit = Math.min(Math.max(options.concurrency ?? 256, 1), MOST_SOCKETS);
  const waiting = places[Symbol.iterator]();
  const running = new Set<Promise<SweptPort>>();
  const answered: SweptPort[] = [];
  let wake = Promise.withResolvers<void>();
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const fill = () => {
    while (running.size < limit && !signal.aborted) {
      const next = waiting.next();
      if (next.done === true) return;
      const { address, port = options.port } = next.value;
      const trial = tryPort(address, port, options.timeoutMilliseconds ?? 1_500, signal);
      running.add(trial);
      void trial.then((result) => {
        running.delete(trial);
        answered.push(result);
        wake.resolve();
      });
    }
  };
  try {
    for (fill(); running.size > 0 || answered.length > 0; fill()) {
      if (answered.length === 0) await wake.promise;
      wake = Promise.withResolvers<void>();
      if (signal.aborted) return;
      yield* answered.splice(0);
    }
  } finally {
    stop.abort();
    await Promise.all(running);
  }
}

function tryPort(address: string, port: number, limit: number, signal: AbortSignal): Promise<SweptPort> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let state: PortState = "filtered";
    const end = (found: PortState) => {
      state = found;
      socket.destroy();
    };
    const onAbort = () => end("filtered");
    const timer = setTimeout(() => end("filtered"), limit);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("connect", () => end("open"));
    socket.once("error", (error) => end(systemCodeOf(error) === "ECONNREFUSED" ? "closed" : "filtered"));
    // The place is free only once the socket is gone, so that their number is truly bounded.
    socket.once("close", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve({ address, port, state });
    });
  });
}
