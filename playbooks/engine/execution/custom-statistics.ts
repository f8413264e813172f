import { dictEntries, isDict, makeDict } from "../expression/values.ts";

/** What `set_stats` gathers over a run: for the run as a whole, and for each host. */
export class CustomStatistics {
  readonly #run = new Map<string, unknown>();
  readonly #hosts = new Map<string, Map<string, unknown>>();

  /** `host` undefined: for the whole run. With `aggregate` lists and texts grow, numbers add up, dicts merge. */
  add(host: string | undefined, data: Iterable<readonly [string, unknown]>, aggregate: boolean): void {
    let values = host === undefined ? this.#run : this.#hosts.get(host);
    if (values === undefined) {
      values = new Map();
      this.#hosts.set(host ?? "", values);
    }
    for (const [name, value] of data) {
      const known = values.get(name);
      if (!aggregate || known === undefined) values.set(name, value);
      else values.set(name, combined(known, value) ?? known);
    }
  }

  get isEmpty(): boolean {
    return this.#run.size === 0 && this.#hosts.size === 0;
  }

  run(): ReadonlyMap<string, unknown> {
    return this.#run;
  }

  hosts(): ReadonlyMap<string, ReadonlyMap<string, unknown>> {
    return this.#hosts;
  }
}

/** Undefined where the two do not fit: what was known stays. */
function combined(known: unknown, value: unknown): unknown {
  if (isDict(known) && isDict(value)) return makeDict([...dictEntries(known), ...dictEntries(value)]);
  if (Array.isArray(known) && Array.isArray(value)) return [...(known as unknown[]), ...(value as unknown[])];
  if (typeof known === "number" && typeof value === "number") return known + value;
  if (typeof known === "string" && typeof value === "string") return known + value;
  return undefined;
}
