/** What the heartbeats of one certificate have said about who sends them. */
export interface IdentityTrack {
  readonly startId: string | undefined;
  /** Starts seen before the present one, newest last. */
  readonly earlier: readonly string[];
  /** How often an earlier start spoke again. */
  readonly returns: number;
}

export const newIdentityTrack: IdentityTrack = { startId: undefined, earlier: [], returns: 0 };

export type IdentityVerdict = "one" | "stale" | "other-machine" | "alternating";

const REMEMBERED_STARTS = 8;
/** One return may be a request that was long on its way; the second proves that two agents live. */
const RETURNS_THAT_PROVE = 2;

/**
 * Judges one heartbeat: `other-machine` when the machine is not the one that joined, `alternating` when two agents
 * share the certificate (their start ids take turns), `stale` for a single word from an earlier start.
 */
export function observeIdentity(
  track: IdentityTrack,
  heard: { readonly startId: string; readonly machineId: string },
  joinedMachineId: string,
): { readonly track: IdentityTrack; readonly verdict: IdentityVerdict } {
  if (heard.machineId !== joinedMachineId) return { track, verdict: "other-machine" };
  if (heard.startId === track.startId) return { track, verdict: "one" };
  const earlier = track.startId === undefined ? [] : [...track.earlier, track.startId].slice(-REMEMBERED_STARTS);
  const returned = track.earlier.includes(heard.startId);
  const returns = track.returns + (returned ? 1 : 0);
  const next = { startId: heard.startId, earlier, returns };
  if (!returned) return { track: next, verdict: "one" };
  return { track: next, verdict: returns >= RETURNS_THAT_PROVE ? "alternating" : "stale" };
}
