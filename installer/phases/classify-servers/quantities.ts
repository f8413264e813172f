import type { FactName, ServerFacts } from "#inventory/schema/facts.ts";
import { dataDisks, diskKind, disksInWords, isUsableEmpty } from "./disks.ts";
import { counted, diskSize, memorySize } from "./units.ts";

/** How a quantity is compared and printed. `disk` and `memory` are bytes. */
export type QuantityKind = "count" | "disk" | "memory" | "megabits" | "text";

export type QuantityValue = number | string;

/** Something a rule can speak of, derived from the facts of one server. */
export interface Quantity {
  readonly kind: QuantityKind;
  /** Noun, singular for counts. */
  readonly title: string;
  /** What follows the noun, after its plural s. */
  readonly after?: string;
  /** A count that this one is a part of: more of these are more of those. */
  readonly partOf?: string;
  /** The fact it is derived from; its reason is told when the quantity is unknown. */
  readonly fact: FactName;
  /** Null when it cannot be known. */
  read(facts: ServerFacts): QuantityValue | null;
}

const CLUSTERS: readonly string[] = ["ceph", "eos", "kubernetes", "slurm", "condor", "gluster"];

/** Every quantity by the name rules call it. */
export const quantities: Readonly<Record<string, Quantity>> = {
  "empty-disks": {
    ...disks("count", "empty disk", (facts) => emptyDisks(facts).length),
    partOf: "data-disks",
  },
  "used-disks": {
    ...disks("count", "disk", (facts) => usedDisks(facts).length),
    after: " with something on it",
    partOf: "data-disks",
  },
  "data-disks": disks("count", "data disk", (facts) => dataDisks(facts).length),
  "data-disks-in-use": {
    ...disks("count", "data disk", (facts) => dataDisks(facts).filter((disk) => disk.inUse === true).length),
    after: " in use",
  },
  "empty-bytes": disks("disk", "on empty disks", (facts) => sum(emptyDisks(facts).map((disk) => disk.sizeBytes ?? 0))),
  "largest-empty-disk": disks("disk", "on the largest empty disk", (facts) =>
    Math.max(0, ...emptyDisks(facts).map((disk) => disk.sizeBytes ?? 0)),
  ),
  "empty-disk-kind": disks("text", "kind of the empty disks", (facts) => {
    const kinds = new Set(emptyDisks(facts).map(diskKind));
    return kinds.size > 1 ? "mixed" : ([...kinds][0] ?? "none");
  }),
  "empty-disk-summary": disks("text", "empty disks", (facts) => disksInWords(emptyDisks(facts), "empty")),
  "used-disk-summary": disks("text", "used disks", (facts) => disksInWords(usedDisks(facts), "used")),
  cores: { kind: "count", title: "core", fact: "processor", read: coresOf },
  memory: { kind: "memory", title: "of memory", fact: "memory", read: memoryOf },
  "memory-per-core": {
    kind: "memory",
    title: "of memory per core",
    fact: "memory",
    read: (facts) => {
      const [memory, cores] = [memoryOf(facts), coresOf(facts)];
      return memory === null || cores === null || cores === 0 ? null : Math.round(memory / cores);
    },
  },
  gpus: { kind: "count", title: "GPU", fact: "graphics", read: (facts) => gpusOf(facts)?.length ?? null },
  "gpu-memory": {
    kind: "memory",
    title: "of memory on the largest GPU",
    fact: "graphics",
    read: (facts) => Math.max(0, ...(gpusOf(facts) ?? []).map((gpu) => gpu.memoryBytes ?? 0)),
  },
  "gpu-vendor": {
    kind: "text",
    title: "GPU vendor",
    fact: "graphics",
    read: (facts) => gpusOf(facts)?.[0]?.vendor ?? null,
  },
  "gpu-summary": { kind: "text", title: "GPUs", fact: "graphics", read: gpuSummary },
  "link-speed": {
    kind: "megabits",
    title: "on the fastest link",
    fact: "network",
    read: (facts) => {
      const links = (facts.facts.network.value?.interfaces ?? []).filter(
        (one) => one.kind === "physical" && one.link === true,
      );
      const speeds = links.flatMap((one) => (one.speedMegabits === null ? [] : [one.speedMegabits]));
      return speeds.length === 0 ? null : Math.max(...speeds);
    },
  },
  virtualisation: system("virtualisation", (facts) => facts.facts["operating-system"].value?.virtualisation ?? null),
  architecture: system("architecture", (facts) => facts.facts["operating-system"].value?.architecture ?? null),
  os: system("operating system", (facts) => facts.facts["operating-system"].value?.id ?? null),
  "os-version": system("operating system release", (facts) => facts.facts["operating-system"].value?.versionId ?? null),
  clusters: {
    kind: "count",
    title: "existing cluster",
    fact: "management",
    read: (facts) => (facts.facts.management.value === null ? null : clustersOf(facts).length),
  },
  "cluster-summary": { kind: "text", title: "existing clusters", fact: "management", read: clusterSummary },
  "other-agents": {
    kind: "count",
    title: "other management agent",
    fact: "management",
    read: (facts) => (facts.facts.management.value === null ? null : otherAgents(facts).length),
  },
  "other-agent-summary": {
    kind: "text",
    title: "other management agents",
    fact: "management",
    read: (facts) => otherAgents(facts).join(", "),
  },
};

/** A value of a quantity as people write it: `12`, `8 TB`, `512 GB`, `25 Gbit/s`. */
export function valueInWords(kind: QuantityKind, value: QuantityValue): string {
  if (typeof value === "string" || kind === "count" || kind === "text") return String(value);
  if (kind === "megabits") return value >= 1000 ? `${value / 1000} Gbit/s` : `${value} Mbit/s`;
  return kind === "disk" ? diskSize(value) : memorySize(value);
}

/** A value with its noun: `12 empty disks`, `512 GB of memory`. */
export function quantityInWords(quantity: Quantity, value: QuantityValue): string {
  if (quantity.kind === "text" || typeof value === "string") return `${quantity.title} ${value}`;
  if (quantity.kind === "count") return counted(value, quantity.title) + (quantity.after ?? "");
  return `${valueInWords(quantity.kind, value)} ${quantity.title}`;
}

/** Why a quantity is unknown on a server, in words. */
export function whyUnknown(quantity: Quantity, facts: ServerFacts): string {
  return facts.facts[quantity.fact].unknown[0]?.reason ?? "not found out";
}

function disks(kind: QuantityKind, title: string, read: (facts: ServerFacts) => QuantityValue): Quantity {
  return { kind, title, fact: "disks", read: (facts) => (facts.facts.disks.value === null ? null : read(facts)) };
}

function system(title: string, read: (facts: ServerFacts) => string | null): Quantity {
  return { kind: "text", title, fact: "operating-system", read };
}

function emptyDisks(facts: ServerFacts) {
  return dataDisks(facts).filter(isUsableEmpty);
}

function usedDisks(facts: ServerFacts) {
  return dataDisks(facts).filter((disk) => !isUsableEmpty(disk));
}

function coresOf(facts: ServerFacts): number | null {
  const processor = facts.facts.processor.value;
  return processor?.cores ?? processor?.threads ?? null;
}

/** What programs can have: the limit of the enclosing control group where one is set. */
function memoryOf(facts: ServerFacts): number | null {
  const memory = facts.facts.memory.value;
  return memory?.limitBytes ?? memory?.totalBytes ?? null;
}

function gpusOf(facts: ServerFacts) {
  return facts.facts.graphics.value?.gpus.filter((gpu) => gpu.vendor !== "other") ?? null;
}

function gpuSummary(facts: ServerFacts): string {
  const names = { nvidia: "NVIDIA", amd: "AMD", intel: "Intel", other: "" } as const;
  const models = new Map<string, number>();
  for (const gpu of gpusOf(facts) ?? []) {
    const model = (gpu.model ?? "GPU").replace(/^(?:NVIDIA|AMD|Intel) /i, "");
    const name = `${names[gpu.vendor]} ${model}`;
    models.set(name, (models.get(name) ?? 0) + 1);
  }
  return [...models].map(([name, count]) => `${count} ${name}`).join(", ");
}

function clustersOf(facts: ServerFacts) {
  return (facts.facts.management.value?.clusters ?? []).filter((cluster) => CLUSTERS.includes(cluster.kind));
}

function clusterSummary(facts: ServerFacts): string {
  return clustersOf(facts)
    .map((cluster) => (cluster.name === null ? cluster.kind : `${cluster.kind} "${cluster.name}"`))
    .join(", ");
}

function otherAgents(facts: ServerFacts): string[] {
  const names = (facts.facts.management.value?.agents ?? []).map((agent) => agent.name);
  return [...new Set(names)].filter((name) => !name.startsWith("bdap"));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
