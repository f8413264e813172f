/** A tuple: an array that is not equal to a list, is written with parentheses, and becomes a list when it is kept. */
export class Tuple extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** A tuple of these items. */
export function tuple(...items: readonly unknown[]): Tuple {
  return tupleOf(items);
}

/** A tuple of the items of a list. */
export function tupleOf(items: Iterable<unknown>): Tuple {
  const made = new Tuple();
  for (const item of items) made.push(item);
  return made;
}

/** What `range(…)` gives: to be gone through, not to be kept. Lists made from it are lists. */
export class Range extends Array<unknown> {
  start = 0;
  stop = 0;
  step = 1;

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** The numbers from `start` until before `stop`; `step` is not 0. The caller has judged the size. */
  static over(start: number, stop: number, step: number): Range {
    const range = new Range();
    range.start = start;
    range.stop = stop;
    range.step = step;
    const count = Math.max(0, Math.ceil((stop - start) / step));
    for (let index = 0; index < count; index++) range.push(start + index * step);
    return range;
  }
}
