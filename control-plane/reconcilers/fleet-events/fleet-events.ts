import type { NewEvent } from "../../store/event-log.ts";

/** A problem that began or ended on one node, and the event that would tell of it. */
export interface NodeChange {
  readonly kind: "begin" | "end";
  /** Problems of one group on many nodes are one problem of the fleet: a check's code, `NODE_UNREACHABLE`; or none. */
  readonly group: string;
  readonly node: string;
  /** Tells several problems of one group on one node apart. */
  readonly key: string;
  /** Undefined for what is only counted. */
  readonly event: NewEvent | undefined;
}

export interface FleetEventsOptions {
  /** More than this share of the fleet makes one fleet event, 0 to 1. */
  readonly share: number;
  /** How long an event of one node waits to see whether others follow. */
  readonly settleMilliseconds: number;
  readonly report: (event: NewEvent) => void;
}

/** Fewer nodes than this are never a fleet. */
const SMALLEST_FLEET = 3;
const NODES_NAMED = 100;

interface Waiting extends NodeChange {
  readonly at: number;
}

/** Turns changes of single nodes into events, and the same change on many nodes at once into one. */
export class FleetEvents {
  readonly #options: FleetEventsOptions;
  /** Group → node → keys of its open problems. */
  readonly #open = new Map<string, Map<string, Set<string>>>();
  /** Groups that are a problem of the fleet now. */
  readonly #fleetProblems = new Set<string>();
  /** Problems whose begin was told as part of the fleet's: their end is as well. */
  readonly #absorbed = new Set<string>();
  /** Problems whose begin was told as the node's own: their end is as well, whatever the fleet does meanwhile. */
  readonly #told = new Set<string>();
  #waiting: Waiting[] = [];

  constructor(options: FleetEventsOptions) {
    this.#options = options;
  }

  /** Groups that are a problem of the fleet now, and on how many nodes. */
  get problems(): { readonly group: string; readonly nodes: number }[] {
    return [...this.#fleetProblems].map((group) => ({ group, nodes: this.#open.get(group)?.size ?? 0 }));
  }

  /** Takes note of a change at monotonic time `at`; `fleetSize` is the number of nodes. */
  observe(change: NodeChange, at: number, fleetSize: number): void {
    if (change.group !== "") {
      this.#track(change);
      if (this.#isAbsorbed(change)) return;
    }
    if (change.event === undefined) return;
    if (change.group === "" || fleetSize < SMALLEST_FLEET) this.#tell(change);
    else this.#waiting.push({ ...change, at });
  }

  /** Forgets a node that left the site. */
  forget(node: string): void {
    for (const nodes of this.#open.values()) nodes.delete(node);
    this.#waiting = this.#waiting.filter((waiting) => waiting.node !== node);
  }

  /** Decides what has waited long enough. */
  tick(at: number, fleetSize: number): void {
    for (const [group, nodes] of this.#open) this.#judgeGroup(group, nodes, fleetSize);
    const ripe = this.#waiting.filter((waiting) => at - waiting.at >= this.#options.settleMilliseconds);
    if (ripe.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => at - waiting.at < this.#options.settleMilliseconds);
    for (const change of ripe) this.#tell(change);
  }

  #tell({ kind, group, node, key, event }: NodeChange): void {
    if (event === undefined) return;
    if (kind === "begin") this.#told.add(nameOf(group, node, key));
    else this.#told.delete(nameOf(group, node, key));
    this.#options.report(event);
  }

  #track({ kind, group, node, key }: NodeChange): void {
    const nodes = this.#open.get(group) ?? new Map<string, Set<string>>();
    this.#open.set(group, nodes);
    const keys = nodes.get(node) ?? new Set<string>();
    if (kind === "begin") nodes.set(node, keys.add(key));
    else if (keys.delete(key) && keys.size === 0) nodes.delete(node);
  }

  #isAbsorbed({ kind, group, node, key }: NodeChange): boolean {
    const name = nameOf(group, node, key);
    if (kind === "end") return this.#absorbed.delete(name);
    if (!this.#fleetProblems.has(group)) return false;
    this.#absorbed.add(name);
    return true;
  }

  #judgeGroup(group: string, nodes: ReadonlyMap<string, ReadonlySet<string>>, fleetSize: number): void {
    const many = nodes.size >= SMALLEST_FLEET && nodes.size > this.#options.share * fleetSize;
    const few = nodes.size <= (this.#options.share * fleetSize) / 2;
    if (many && !this.#fleetProblems.has(group)) this.#begin(group, nodes, fleetSize);
    else if (few && this.#fleetProblems.has(group)) this.#end(group, nodes, fleetSize);
    if (nodes.size === 0) this.#open.delete(group);
  }

  #begin(group: string, nodes: ReadonlyMap<string, ReadonlySet<string>>, fleetSize: number): void {
    this.#fleetProblems.add(group);
    this.#absorbWaiting(group);
    for (const [node, keys] of nodes) {
      for (const key of keys) {
        const name = nameOf(group, node, key);
        if (!this.#told.has(name)) this.#absorbed.add(name);
      }
    }
    this.#options.report({
      code: "FLEET_PROBLEM",
      severity: "critical",
      message: `${nodes.size} of ${fleetSize} nodes have the same problem at once: ${group}.`,
      data: { problem: group, count: nodes.size, fleet: fleetSize, nodes: [...nodes.keys()].slice(0, NODES_NAMED) },
    });
  }

  /** What waits of the group goes untold, but for the end of what was told before. */
  #absorbWaiting(group: string): void {
    const untold = new Set<string>();
    this.#waiting = this.#waiting.filter((change) => {
      if (change.group !== group) return true;
      const name = nameOf(group, change.node, change.key);
      if (change.kind === "begin") untold.add(name);
      else if (!untold.delete(name)) this.#tell(change);
      return false;
    });
  }

  #end(group: string, nodes: ReadonlyMap<string, unknown>, fleetSize: number): void {
    this.#fleetProblems.delete(group);
    this.#options.report({
      code: "FLEET_RECOVERED",
      severity: "info",
      message: `${group} is no longer a problem of the fleet; ${nodes.size} of ${fleetSize} nodes still have it.`,
      data: { problem: group, count: nodes.size, fleet: fleetSize, nodes: [...nodes.keys()].slice(0, NODES_NAMED) },
    });
  }
}

function nameOf(group: string, node: string, key: string): string {
  return JSON.stringify([group, node, key]);
}
