import type { Clock } from "#inventory/kernel/clock.ts";
import { messageOf } from "#inventory/kernel/errors.ts";
import type { Collector, Metrics, Step } from "../collectors/collector.ts";
import type { NodeHost } from "../collectors/node-host.ts";

/** What is known of one collector's thing. */
export interface Reading {
  /** The latest reading; undefined before the first and after a failure. */
  readonly value: unknown;
  readonly step: Step<unknown> | undefined;
  /** Why it cannot be read at present. */
  readonly failure: string | undefined;
  /** Counts the readings and failures, so that none is judged twice. */
  readonly count: number;
  readonly metrics: Metrics;
}

interface Slot {
  reading: Reading;
  /** The last good value, also across failures, for rates. */
  last: { value: unknown; at: number } | undefined;
  nextAt: number;
  busy: boolean;
}

const NOTHING: Reading = { value: undefined, step: undefined, failure: "not read yet", count: 0, metrics: {} };

/** Keeps the latest reading of each collector; one that hangs delays nobody beyond its deadline and is not begun again. */
export class Collecting {
  readonly #collectors: readonly Collector[];
  readonly #host: NodeHost;
  readonly #clock: Clock;
  readonly #slots = new Map<string, Slot>();

  constructor(collectors: readonly Collector[], host: NodeHost, clock: Clock) {
    this.#collectors = collectors;
    this.#host = host;
    this.#clock = clock;
    for (const { name } of collectors) {
      this.#slots.set(name, { reading: NOTHING, last: undefined, nextAt: 0, busy: false });
    }
  }

  /**
   * Reads all that is due. Resolves when each has been read or has missed its deadline, but after `patienceMilliseconds`
   * at the latest: slow ones go on and count in a later round. Never rejects.
   */
  async round(patienceMilliseconds: number): Promise<void> {
    const reading = Promise.all(this.#collectors.map((collector) => this.#readIfDue(collector)));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, patienceMilliseconds);
    });
    await Promise.race([reading, patience]);
    clearTimeout(timer);
  }

  reading(name: string): Reading {
    return this.#slots.get(name)?.reading ?? NOTHING;
  }

  /** All figures of the latest readings. */
  metrics(): Metrics {
    const all: Metrics = {};
    for (const { reading } of this.#slots.values()) Object.assign(all, reading.metrics);
    return all;
  }

  async #readIfDue(collector: Collector): Promise<void> {
    const slot = this.#slots.get(collector.name);
    const now = this.#clock.monotonic();
    if (slot === undefined || slot.busy || now < slot.nextAt) return;
    // A round comes a little early or late: half a second must not cost a whole period.
    slot.nextAt = now + Math.max(0, collector.everySeconds * 1000 - 500);
    slot.busy = true;
    const collected = collector.collect(this.#host);
    const settled = () => {
      slot.busy = false;
    };
    collected.then(settled, settled);
    try {
      const value = await withDeadline(collected, collector.deadlineSeconds);
      this.#take(collector, slot, value);
    } catch (error) {
      fail(slot, messageOf(error));
    }
  }

  #take(collector: Collector, slot: Slot, value: unknown): void {
    const at = this.#clock.monotonic();
    const { last } = slot;
    const step = last === undefined ? undefined : { previous: last.value, elapsedMilliseconds: at - last.at };
    const metrics = collector.metrics(value, step);
    slot.reading = { value, step, failure: undefined, count: slot.reading.count + 1, metrics };
    slot.last = { value, at };
  }
}

function fail(slot: Slot, failure: string): void {
  slot.reading = { ...NOTHING, failure, count: slot.reading.count + 1 };
}

async function withDeadline<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
