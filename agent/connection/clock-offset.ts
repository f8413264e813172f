import type { ClockOffset } from "../collectors/node-host.ts";

/** One exchange with the control plane, as the node's two clocks saw it. Milliseconds. */
export interface Exchange {
  readonly sentWall: number;
  readonly receivedWall: number;
  readonly sentMonotonic: number;
  readonly receivedMonotonic: number;
  /** The control plane's wall clock while it answered. */
  readonly serverWall: number;
}

/** A round trip longer than this says too little about clocks. */
const LONGEST_ROUND_TRIP = 2000;
/** The two clocks of the node may disagree about a round trip by this much; more, and the wall clock was set meanwhile. */
const LARGEST_JUMP = 50;

/**
 * How far the node's wall clock is from the control plane's (RFC 5905, section 8, with one server time stamp). Undefined
 * when the exchange took too long, or the node's clock was set while it lasted.
 */
export function clockOffsetOf(exchange: Exchange): ClockOffset | undefined {
  const roundTrip = exchange.receivedMonotonic - exchange.sentMonotonic;
  const wall = exchange.receivedWall - exchange.sentWall;
  if (
    !Number.isFinite(exchange.serverWall) ||
    roundTrip > LONGEST_ROUND_TRIP ||
    Math.abs(wall - roundTrip) > LARGEST_JUMP
  ) {
    return undefined;
  }
  return {
    offsetMilliseconds: exchange.sentWall + roundTrip / 2 - exchange.serverWall,
    uncertaintyMilliseconds: roundTrip / 2,
  };
}
