import type { AddressInfo } from "node:net";
import { openAuthority } from "#agent/protocol/pki/authority.ts";
import type { Clock } from "#inventory/kernel/clock.ts";
import { messageOf } from "#inventory/kernel/errors.ts";
import type { Log } from "#inventory/kernel/log.ts";
import { buildApp } from "./app.ts";
import type { LoadedConfiguration } from "./configuration.ts";
import { EventBudget } from "./fleet/event-budget.ts";
import { Fleet } from "./fleet/fleet.ts";
import { defaultSettings, type Parts, type Settings } from "./parts.ts";
import { finishDraining } from "./reconcilers/draining/draining.ts";
import { FleetEvents } from "./reconcilers/fleet-events/fleet-events.ts";
import { type AutomaticState, automaticStates } from "./reconcilers/node-state/node-state.ts";
import { currentServerIdentity } from "./server-identity.ts";
import { type EventLog, openEventLog } from "./store/event-log.ts";
import { lockDirectory } from "./store/lock.ts";
import { folderFiles } from "./store/state-files.ts";
import { openStore, type StateStore } from "./store/store.ts";

/** A control plane that serves. */
export interface RunningControlPlane {
  readonly port: number;
  readonly parts: Parts;
  /** One round of the reconcilers; runs by itself every second unless `tickMilliseconds` is 0. */
  reconcile(): Promise<void>;
  /** Stops serving, finishes what is being written, gives the state directory back. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly loaded: LoadedConfiguration;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once when the disk can no longer be trusted: end the process, so that it restarts from a good copy. */
  readonly onFailure: (error: Error) => void;
  readonly settings?: Partial<Settings>;
  readonly tickMilliseconds?: number;
}

/** Opens the state, starts the server, begins to reconcile. Rejects without a trace when any of it fails. */
export async function startControlPlane(options: StartOptions): Promise<RunningControlPlane> {
  const { configuration } = options.loaded;
  const files = await folderFiles(configuration.stateDirectory);
  const unlock = lockDirectory(configuration.stateDirectory);
  try {
    const parts = await openParts(options, files);
    const identity = await currentServerIdentity(options.loaded, parts.issuer, options.clock);
    const app = await buildApp(parts, identity);
    await app.listen({ host: configuration.listen.address, port: configuration.listen.port });
    const { port } = app.server.address() as AddressInfo;
    const timer = startTicking(parts, options);
    const stop = async () => {
      clearInterval(timer);
      await app.close();
      await parts.store.close();
      await parts.events.close();
      unlock();
    };
    return { port, parts, reconcile: () => reconcile(parts), stop };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openParts(options: StartOptions, files: Awaited<ReturnType<typeof folderFiles>>): Promise<Parts> {
  const { loaded, clock, log, onFailure } = options;
  const { configuration } = loaded;
  const authority = { certificate: loaded.authorityCertificate, key: loaded.authorityKey };
  const issuer = await openAuthority(configuration.site, authority);
  const events = await openEventLog({ files, clock, onFailure });
  const folder = configuration.stateDirectory;
  const store = await openStore({ files, folder, mustExist: events.hadEvents, onFailure });
  tellOfOpening(store, events, log);
  const settings = settingsFor(options);
  const budget = new EventBudget(
    (event) => events.report(event),
    () => clock.monotonic(),
  );
  const fleetEvents = new FleetEvents({
    share: settings.fleetShare,
    // Heartbeats are spread over one interval, so a common problem shows on all nodes within a little more.
    settleMilliseconds: settings.heartbeatSeconds * 1200,
    report: (event) => budget.report(event),
  });
  const earlier = earlierStates(events);
  const fleet = new Fleet({
    clock,
    unreachableMilliseconds: settings.unreachableSeconds * 1000,
    events: fleetEvents,
    earlier: (node) => earlier.get(node),
  });
  fleet.synchronise(store.index.desiredNodes.keys(), store.index.identities);
  return { site: configuration.site, clock, log, store, events, fleet, fleetEvents, issuer, settings };
}

function settingsFor({ loaded: { configuration }, settings }: StartOptions): Settings {
  const { heartbeatSeconds, unreachableSeconds, certificateHours, fleetShare } = configuration;
  return {
    ...defaultSettings,
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
    ...(unreachableSeconds === undefined ? {} : { unreachableSeconds }),
    ...(certificateHours === undefined ? {} : { certificateHours }),
    ...(fleetShare === undefined ? {} : { fleetShare }),
    ...settings,
  };
}

function tellOfOpening(store: StateStore, events: EventLog, log: Log): void {
  const { created, recovery } = store.opening;
  if (created) {
    const message = "The control plane began with an empty state: this is its first start.";
    events.report({ code: "STATE_CREATED", severity: "info", message });
  }
  if (recovery === undefined) return;
  const message = `The newest state was damaged; the control plane runs from ${recovery.used}. Unused join tokens are void.`;
  log.error(message, { damaged: recovery.damaged });
  events.report({ code: "STATE_RECOVERED", severity: "critical", message, data: { ...recovery } });
}

/** The automatic state each node was last told to be in, so that a restart is not mistaken for news. */
function earlierStates(events: EventLog): ReadonlyMap<string, AutomaticState> {
  const states = new Map<string, AutomaticState>();
  for (const { code, node, data } of events.list({})) {
    const state = automaticStates.find((candidate) => candidate === data["to"]);
    if (code === "NODE_STATE_CHANGED" && node !== null && state !== undefined) states.set(node, state);
  }
  return states;
}

function startTicking(parts: Parts, { tickMilliseconds = 1000, log }: StartOptions): NodeJS.Timeout | undefined {
  if (tickMilliseconds === 0) return undefined;
  return setInterval(() => {
    reconcile(parts).catch((error: unknown) => log.error("a reconciler failed", { error: messageOf(error) }));
  }, tickMilliseconds);
}

async function reconcile(parts: Parts): Promise<void> {
  parts.fleet.tick();
  await finishDraining(parts);
}
