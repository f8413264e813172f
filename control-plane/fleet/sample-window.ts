/** Samples kept of each node. */
export const SAMPLE_WINDOW = 30;

/** Numbers of one moment. Nodes send the same names each time, so samples of a node share one list of them. */
export interface StoredSample {
  /** Milliseconds since the epoch, control plane's clock. */
  readonly at: number;
  readonly names: readonly string[];
  readonly values: Float64Array;
}

/** The last samples of a node, oldest first: bounded in number, and small (eight bytes a number). */
export class SampleWindow {
  readonly #samples: StoredSample[] = [];

  add(at: number, metrics: Readonly<Record<string, number>>): void {
    const names = Object.keys(metrics);
    const known = this.#samples.at(-1)?.names;
    const same = known?.length === names.length && names.every((name, position) => known[position] === name);
    this.#samples.push({
      at,
      names: same && known !== undefined ? known : names,
      values: Float64Array.from(Object.values(metrics)),
    });
    if (this.#samples.length > SAMPLE_WINDOW) this.#samples.shift();
  }

  get samples(): readonly StoredSample[] {
    return this.#samples;
  }

  /** The newest value of a metric, or undefined when the newest sample has none of that name. */
  latest(name: string): number | undefined {
    const newest = this.#samples.at(-1);
    const position = newest?.names.indexOf(name) ?? -1;
    return position < 0 ? undefined : newest?.values[position];
  }

  /** The newest sample as an object that has no prototype to shadow. */
  newest(): Record<string, number> {
    const newest = this.#samples.at(-1);
    const pairs = newest?.names.map((name, position) => [name, newest.values[position] ?? 0]) ?? [];
    return Object.fromEntries(pairs);
  }
}
