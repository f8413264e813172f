import type { CheckResult, Heartbeat } from "#agent/protocol/messages.ts";
import type { Clock } from "#inventory/kernel/clock.ts";
import {
  type IdentityTrack,
  type IdentityVerdict,
  newIdentityTrack,
  observeIdentity,
} from "../reconcilers/duplicate-identity/duplicate-identity.ts";
import type { FleetEvents } from "../reconcilers/fleet-events/fleet-events.ts";
import { countingProblems } from "../reconcilers/node-state/counting-problems.ts";
import {
  type AutomaticState,
  type NodeHealth,
  newNodeHealth,
  type Observation,
  observeNode,
} from "../reconcilers/node-state/node-state.ts";
import { checkChanges, stateChanges } from "./changes.ts";
import { SampleWindow } from "./sample-window.ts";

/** Longer without a tick, and the control plane itself was asleep: silence then proves nothing. */
const LONGEST_TICK = 5000;

/** What is known of one node in memory. Lost at a restart, and sent again by the agent within one interval. */
export interface LiveNode {
  readonly name: string;
  health: NodeHealth;
  /** Wall clock when the automatic state began. */
  since: number;
  identity: IdentityTrack;
  last: LastHeartbeat | undefined;
  checks: readonly CheckResult[];
  counting: readonly CheckResult[];
  readonly samples: SampleWindow;
}

export interface LastHeartbeat {
  /** Wall clock of the control plane. */
  readonly at: number;
  readonly sequence: number;
  readonly machineId: string;
  readonly bootId: string;
  readonly startId: string;
  readonly agentVersion: string;
  /** Node's clock minus ours; undefined when the node's time was unreadable. */
  readonly clockOffset: number | undefined;
}

export interface FleetOptions {
  readonly clock: Clock;
  readonly unreachableMilliseconds: number;
  readonly events: FleetEvents;
  /** State each node had before a restart, as far as it is known. */
  readonly earlier: (node: string) => AutomaticState | undefined;
}

/** The live side of the site: heartbeats, samples, checks, automatic states. Nothing here touches the disk. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #nodes = new Map<string, LiveNode>();
  #graceUntil: number;
  #lastTick: number;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#lastTick = options.clock.monotonic();
    this.#graceUntil = this.#lastTick + options.unreachableMilliseconds;
  }

  node(name: string): LiveNode | undefined {
    return this.#nodes.get(name);
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** Makes the set of nodes what the state says: those that are planned, and those that have joined. */
  synchronise(planned: Iterable<string>, joined: ReadonlyMap<string, unknown>): void {
    const wanted = new Set([...planned, ...joined.keys()]);
    for (const name of this.#nodes.keys()) {
      if (wanted.has(name)) continue;
      this.#nodes.delete(name);
      this.#options.events.forget(name);
    }
    for (const name of wanted) {
      if (!this.#nodes.has(name)) this.#nodes.set(name, this.#newNode(name, joined.has(name)));
    }
  }

  /** A node joined, for the first time or again: what was known of who speaks for it is void. */
  joined(name: string): void {
    const node = this.#ensure(name);
    node.identity = newIdentityTrack;
    node.last = undefined;
    this.#apply(node, { kind: "joined", at: this.#options.clock.monotonic() });
  }

  /** The node's certificates are void: what was known of it says nothing of whoever comes back. */
  revoked(name: string): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) this.#apply(node, { kind: "revoked", at: this.#options.clock.monotonic() });
  }

  /** A person handed the node back: earlier doubts about its identity are forgotten. */
  trust(name: string): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) node.identity = newIdentityTrack;
  }

  /** Takes a heartbeat in, unless its verdict says that it must not count. */
  heartbeat(name: string, heartbeat: Heartbeat, joinedMachineId: string): IdentityVerdict {
    const node = this.#ensure(name);
    const { track, verdict } = observeIdentity(node.identity, heartbeat, joinedMachineId);
    node.identity = track;
    if (verdict !== "one") return verdict;
    const last = node.last;
    // A request that was overtaken by a newer one must not bring old values back.
    if (last?.startId === heartbeat.startId && heartbeat.sequence <= last.sequence) return "stale";
    this.#remember(node, heartbeat);
    return "one";
  }

  /** Time passes. Call about once a second. */
  tick(): void {
    const at = this.#options.clock.monotonic();
    if (at - this.#lastTick > LONGEST_TICK) this.#graceUntil = at + this.#options.unreachableMilliseconds;
    this.#lastTick = at;
    for (const node of this.#nodes.values()) this.#apply(node, { kind: "tick", at });
    this.#options.events.tick(at, this.#nodes.size);
  }

  #remember(node: LiveNode, heartbeat: Heartbeat): void {
    const { clock, events } = this.#options;
    const now = clock.now();
    const sentAt = Date.parse(heartbeat.sentAt);
    node.last = {
      at: now,
      sequence: heartbeat.sequence,
      machineId: heartbeat.machineId,
      bootId: heartbeat.bootId,
      startId: heartbeat.startId,
      agentVersion: heartbeat.agentVersion,
      clockOffset: Number.isNaN(sentAt) ? undefined : sentAt - now,
    };
    node.samples.add(now, heartbeat.sample.metrics);
    const before = node.counting;
    node.checks = heartbeat.checks;
    node.counting = countingProblems(heartbeat.checks);
    const at = clock.monotonic();
    for (const change of checkChanges(node.name, before, node.counting)) events.observe(change, at, this.size);
    const [gravest] = node.counting;
    const problem = gravest && { code: gravest.code, message: gravest.message };
    this.#apply(node, { kind: "heartbeat", at, problem });
  }

  #apply(node: LiveNode, observation: Observation): void {
    const before = node.health;
    node.health = observeNode(before, observation, {
      unreachableMilliseconds: this.#options.unreachableMilliseconds,
      graceUntil: this.#graceUntil,
    });
    if (node.health.state !== before.state) node.since = this.#options.clock.now();
    for (const change of stateChanges(node.name, before, node.health)) {
      this.#options.events.observe(change, observation.at, this.size);
    }
  }

  #ensure(name: string): LiveNode {
    const found = this.#nodes.get(name) ?? this.#newNode(name, false);
    this.#nodes.set(name, found);
    return found;
  }

  #newNode(name: string, hasJoined: boolean): LiveNode {
    const earlier = hasJoined ? this.#options.earlier(name) : undefined;
    const reason = hasJoined ? "not heard since the control plane started" : newNodeHealth.reason;
    // Silence counts from the end of the grace time, not from a heartbeat that an earlier run may have seen.
    const lastSeen = hasJoined ? this.#graceUntil - this.#options.unreachableMilliseconds : undefined;
    return {
      name,
      health: { ...newNodeHealth, state: earlier ?? "joining", reason, lastSeen },
      since: this.#options.clock.now(),
      identity: newIdentityTrack,
      last: undefined,
      checks: [],
      counting: [],
      samples: new SampleWindow(),
    };
  }
}
