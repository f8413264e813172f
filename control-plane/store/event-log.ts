import type { Severity } from "#agent/protocol/messages.ts";
import { SiteEvent } from "#agent/protocol/operator.ts";
import type { Clock } from "#inventory/kernel/clock.ts";
import { timestamp } from "#inventory/kernel/clock.ts";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import { stateFailed, stateNotWritten } from "../errors.ts";
import { EventSegments } from "./event-segments.ts";
import { type StateFiles, SyncError } from "./state-files.ts";

/** An event before it has a number and a time. */
export interface NewEvent {
  readonly code: string;
  readonly severity: Severity;
  readonly node?: string;
  /** `automatic` unless given. */
  readonly by?: string;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The events of the site: append-only lines of JSON, fsynced before anyone sees them, bounded, rotated. */
export interface EventLog {
  /** Resolves once the event is on the disk. Rejects with `CONTROL_PLANE_STATE_NOT_WRITTEN` or `…_FAILED`. */
  record(event: NewEvent): Promise<SiteEvent>;
  /** Records what nobody waits for; when the disk refuses, it is counted and told of later as `EVENTS_LOST`. */
  report(event: NewEvent): void;
  /** Oldest first; at most the newest {@link EVENTS_IN_MEMORY}. */
  list(filter: { readonly after?: number; readonly limit?: number; readonly node?: string }): SiteEvent[];
  /** Calls `listener` with each event to come, in order; the returned function ends that. */
  subscribe(listener: (event: SiteEvent) => void): () => void;
  /** True when earlier runs left events. */
  readonly hadEvents: boolean;
  /** Events that could not be stored and have not been told of yet. */
  readonly lost: number;
  close(): Promise<void>;
}

export const EVENTS_IN_MEMORY = 5000;
const MAX_WAITING = 10_000;

export interface EventLogOptions {
  readonly files: StateFiles;
  readonly clock: Clock;
  readonly onFailure: (error: Error) => void;
  /** Size at which a new segment is begun; 4 MiB unless given. */
  readonly segmentBytes?: number;
}

/** Opens the log, cutting off what a crash left half written. */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const events: SiteEvent[] = [];
  let damaged = 0;
  const takeUp = (lines: readonly string[]) => {
    for (const line of lines) {
      const event = parseEvent(line);
      if (event === undefined) damaged += 1;
      else events.push(event);
    }
    events.splice(0, events.length - EVENTS_IN_MEMORY);
  };
  const segments = await EventSegments.open(options.files, takeUp, options.segmentBytes);
  const log = new JsonlEventLog(options, segments, events);
  if (damaged > 0) {
    log.report({
      code: "EVENTS_DAMAGED",
      severity: "critical",
      message: `${damaged} stored events could not be read and are left out.`,
      data: { damaged },
    });
  }
  return log;
}

function parseEvent(line: string): SiteEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return schemaProblems(SiteEvent, value, 1).length === 0 ? (value as SiteEvent) : undefined;
  } catch {
    return undefined;
  }
}

interface Pending {
  readonly event: SiteEvent;
  readonly resolve: (event: SiteEvent) => void;
  readonly reject: (error: unknown) => void;
}

class JsonlEventLog implements EventLog {
  readonly hadEvents: boolean;
  lost = 0;
  readonly #options: EventLogOptions;
  readonly #segments: EventSegments;
  readonly #events: SiteEvent[];
  readonly #listeners = new Set<(event: SiteEvent) => void>();
  #nextId: number;
  #queue: Pending[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: EventLogOptions, segments: EventSegments, events: SiteEvent[]) {
    this.#options = options;
    this.#segments = segments;
    this.#events = events;
    this.hadEvents = segments.newestNumber > 0;
    // A segment is named after its first number, which bounds the next one even when no line of it is readable.
    this.#nextId = Math.max(segments.newestNumber, events.at(-1)?.id ?? 0) + 1;
  }

  record(event: NewEvent): Promise<SiteEvent> {
    if (this.#failure !== undefined) return Promise.reject(stateFailed(this.#failure));
    if (this.#queue.length >= MAX_WAITING) {
      return Promise.reject(stateNotWritten(new Error("too many events are waiting for the disk")));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ event: this.#numbered(event), resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  report(event: NewEvent): void {
    this.record(event).catch(() => {
      this.lost += 1;
    });
  }

  list(filter: { readonly after?: number; readonly limit?: number; readonly node?: string }): SiteEvent[] {
    const after = filter.after ?? 0;
    const found = this.#events.filter(
      (event) => event.id > after && (filter.node === undefined || event.node === filter.node),
    );
    const limit = filter.limit ?? EVENTS_IN_MEMORY;
    // After a number, the next ones; without one, the newest.
    return filter.after === undefined ? found.slice(-limit) : found.slice(0, limit);
  }

  subscribe(listener: (event: SiteEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#writing;
  }

  #numbered(event: NewEvent): SiteEvent {
    return {
      id: this.#nextId++,
      time: timestamp(this.#options.clock),
      code: event.code,
      severity: event.severity,
      node: event.node ?? null,
      by: event.by ?? "automatic",
      message: event.message,
      data: { ...event.data },
    };
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#queue.length > 0) await this.#append(this.#queue.splice(0));
    } finally {
      // In the same turn as the last look at the queue: whatever comes later starts anew.
      this.#writing = undefined;
    }
  }

  async #append(batch: readonly Pending[]): Promise<void> {
    const content = Buffer.from(batch.map(({ event }) => `${JSON.stringify(event)}\n`).join(""), "utf8");
    try {
      await this.#segments.append(content, batch[0]?.event.id ?? 0);
    } catch (error) {
      await this.#refuse(batch, error);
      return;
    }
    for (const { event, resolve } of batch) {
      this.#publish(event);
      resolve(event);
    }
    if (this.lost > 0) this.#tellOfLosses();
  }

  #publish(event: SiteEvent): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_IN_MEMORY) this.#events.shift();
    for (const listener of this.#listeners) listener(event);
  }

  async #refuse(batch: readonly Pending[], error: unknown): Promise<void> {
    const untrusted = error instanceof SyncError;
    if (untrusted) {
      this.#failure = error;
      this.#options.onFailure(stateFailed(error));
    } else await this.#segments.cutBack();
    for (const { reject } of batch) reject(untrusted ? stateFailed(error) : stateNotWritten(error));
  }

  #tellOfLosses(): void {
    const lost = this.lost;
    this.lost = 0;
    this.report({
      code: "EVENTS_LOST",
      severity: "warning",
      message: `${lost} events could not be stored while the disk refused writes.`,
      data: { lost },
    });
  }
}
