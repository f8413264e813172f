/** A number from 0 (included) to 1 (excluded), as `Math.random` gives it. */
export type Random = () => number;

/** The interval with up to a tenth more or less, so that a fleet started together does not come together. */
export function jittered(milliseconds: number, random: Random): number {
  return milliseconds * (0.9 + 0.2 * random());
}

/** Nobody answers: come back within 20 s at the latest, so that a node is seen soon after the control plane returns. */
const LONGEST_RETRY = 20_000;

/** Wait before attempt `attempt` (1 for the first repetition): exponential with full jitter, at least half a second. */
export function retryDelay(attempt: number, random: Random): number {
  const ceiling = Math.min(LONGEST_RETRY, 1000 * 2 ** Math.min(attempt, 10));
  return Math.max(500, ceiling * random());
}

/**
 * It answers and says no: asking again changes little, so about 30 s, doubling up to `longestSeconds`, of which the last
 * quarter is random.
 */
export function refusedDelay(attempt: number, random: Random, longestSeconds: number): number {
  const ceiling = Math.min(longestSeconds * 1000, 30_000 * 2 ** Math.min(attempt - 1, 10));
  return ceiling * (0.75 + 0.25 * random());
}
