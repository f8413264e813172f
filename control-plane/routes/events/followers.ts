import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import type { SiteEvent } from "#agent/protocol/operator.ts";
import { refusalCodes } from "#agent/protocol/refusals.ts";
import { timestamp } from "#inventory/kernel/clock.ts";
import { RefusalError } from "../../errors.ts";
import type { Parts } from "../../parts.ts";

const MOST_FOLLOWERS = 64;
/** A reader this far behind is cut off; it comes back with the number of the last event it saw. */
const MOST_WAITING_BYTES = 1024 * 1024;
const HEARTBEAT_MILLISECONDS = 10_000;

/** The open streams of events. */
export class Followers {
  readonly #parts: Pick<Parts, "events" | "clock" | "store">;
  readonly #streams = new Set<Readable>();

  constructor(parts: Pick<Parts, "events" | "clock" | "store">) {
    this.#parts = parts;
  }

  /** A stream of what is on record, then of what comes. Ends when the peer goes, lags, or loses its right to it. */
  open(request: FastifyRequest, filter: { after?: number; limit: number; node?: string }): Readable {
    if (this.#streams.size >= MOST_FOLLOWERS) {
      const hint = "End one of them: bdap events --follow runs elsewhere.";
      throw new RefusalError(429, refusalCodes.tooMany, "Too many streams of events are open.", hint);
    }
    const stream = new Readable({ read() {} });
    const write = (line: unknown) => {
      if (this.#isRevoked(request) || stream.readableLength > MOST_WAITING_BYTES) stream.destroy();
      else stream.push(`${JSON.stringify(line)}\n`);
    };
    for (const event of this.#parts.events.list(filter)) write(event);
    const unsubscribe = this.#parts.events.subscribe((event: SiteEvent) => {
      if (filter.node === undefined || event.node === filter.node) write(event);
    });
    const timer = setInterval(() => write({ heartbeat: timestamp(this.#parts.clock) }), HEARTBEAT_MILLISECONDS);
    this.#streams.add(stream);
    stream.once("close", () => {
      clearInterval(timer);
      unsubscribe();
      this.#streams.delete(stream);
    });
    return stream;
  }

  /** Ends every stream. */
  close(): void {
    for (const stream of this.#streams) stream.push(null);
  }

  #isRevoked(request: FastifyRequest): boolean {
    return request.peer !== undefined && this.#parts.store.index.revoked.has(request.peer.serial);
  }
}
