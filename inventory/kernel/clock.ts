/** Time as something passed in, so that tests can move it. */
export interface Clock {
  /** Wall-clock time, milliseconds since the epoch. May jump. */
  now(): number;
  /** Monotonic time, milliseconds from an arbitrary start. Never jumps back; use it for every duration. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A wall-clock time as ISO 8601 in UTC with milliseconds, the one format of every record. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
