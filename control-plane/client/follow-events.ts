import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { SiteEvent } from "#agent/protocol/operator.ts";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { Connection } from "./connection.ts";

export interface FollowOptions {
  /** Begin after this number; without it, with the newest `limit` events. */
  readonly after?: number;
  readonly limit?: number;
  readonly node?: string;
  /** Ends the iteration. */
  readonly signal: AbortSignal;
  /** Told when the connection was lost and is being made again. */
  readonly onReconnect?: (error: unknown) => void;
}

/** The server sends a line at least every ten seconds. */
const SILENCE_MILLISECONDS = 30_000;
const LONGEST_PAUSE = 15_000;

/** Follows the events across lost connections. A refusal ends it; so does a first connection that fails. */
export async function* followEvents(connection: Connection, options: FollowOptions): AsyncGenerator<SiteEvent> {
  const { signal } = options;
  let after = options.after;
  let failures = 0;
  let connected = false;
  while (!signal.aborted) {
    try {
      for await (const event of oneStream(connection, options, after)) {
        connected = true;
        failures = 0;
        if (event === undefined) continue;
        after = event.id;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      const lost = error instanceof ApplianceError ? error.code === "CONTROL_PLANE_UNREACHABLE" : true;
      if (!connected || !lost) throw error;
      options.onReconnect?.(error);
    }
    failures += 1;
    await sleep(Math.min(LONGEST_PAUSE, 250 * 2 ** failures), undefined, { signal }).catch(() => undefined);
  }
}

/** The lines of one connection; undefined for a line that only says that the stream lives. */
async function* oneStream(
  connection: Connection,
  { limit, node, signal }: FollowOptions,
  after: number | undefined,
): AsyncGenerator<SiteEvent | undefined> {
  const query = { follow: true, after, limit, node };
  const answer = await connection.open({ method: "GET", path: "/v1/events", query, signal }, SILENCE_MILLISECONDS);
  yield undefined;
  for await (const line of createInterface({ input: answer.body, crlfDelay: Number.POSITIVE_INFINITY })) {
    const value: unknown = JSON.parse(line);
    yield schemaProblems(SiteEvent, value, 1).length === 0 ? (value as SiteEvent) : undefined;
  }
}
