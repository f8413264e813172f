import type { Issuer } from "#agent/protocol/pki/authority.ts";
import type { Clock } from "#inventory/kernel/clock.ts";
import type { Log } from "#inventory/kernel/log.ts";
import type { Fleet } from "./fleet/fleet.ts";
import type { FleetEvents } from "./reconcilers/fleet-events/fleet-events.ts";
import type { EventLog } from "./store/event-log.ts";
import type { StateStore } from "./store/store.ts";

/** The parts a running control plane is made of; routes name the ones they use. */
export interface Parts {
  readonly site: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: StateStore;
  readonly events: EventLog;
  readonly fleet: Fleet;
  readonly fleetEvents: FleetEvents;
  readonly issuer: Issuer;
  readonly settings: Settings;
}

export interface Settings {
  readonly heartbeatSeconds: number;
  readonly unreachableSeconds: number;
  readonly certificateHours: number;
  readonly fleetShare: number;
  /** Joins one address may try in a minute. */
  readonly joinsPerMinute: number;
  /** Heartbeats of one node that are taken in a minute. */
  readonly heartbeatsPerMinute: number;
}

export const defaultSettings: Settings = {
  heartbeatSeconds: 10,
  unreachableSeconds: 30,
  certificateHours: 24,
  fleetShare: 0.3,
  joinsPerMinute: 300,
  heartbeatsPerMinute: 240,
};
