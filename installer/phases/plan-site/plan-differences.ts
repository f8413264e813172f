import { isDeepStrictEqual } from "node:util";
import type { Plan } from "#inventory/schema/plan.ts";
import { diskSize } from "../classify-servers/units.ts";
import { compareText } from "./findings.ts";

/** One thing that a plan changes against the plan that was applied before it. */
export interface PlanDifference {
  readonly sign: "+" | "-" | "~";
  readonly what: "node" | "service" | "disk" | "capacity" | "details";
  readonly name: string;
  readonly words: string;
}

/** What `plan` changes against `applied`, or against nothing when nothing was ever applied. Empty when they want the same. */
export function planDifferences(applied: Plan | undefined, plan: Plan): PlanDifference[] {
  const found = [
    ...nodes(applied, plan),
    ...services(applied, plan),
    ...disks(applied, plan),
    ...capacity(applied, plan),
  ];
  return found.length > 0 || applied === undefined ? found : details(applied, plan);
}

/** Parts of a plan as people call them; a plan's id is made of all of them. */
const PARTS = {
  domain: "the domain",
  nodes: "what is kept on the nodes",
  verdicts: "reasons for roles",
  services: "why services are where they are",
  disks: "how disks are named",
  untouchedDisks: "disks left as they are",
  capacity: "raw capacity and memory",
  steps: "steps",
  estimateSeconds: "the estimate",
  findings: "findings",
} as const satisfies Partial<Record<keyof Plan, string>>;

/** Of two plans that want the same on the nodes but are not the same: in what. */
function details(applied: Plan, plan: Plan): PlanDifference[] {
  const differing = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
    (part) => !isDeepStrictEqual(applied[part], plan[part]),
  );
  if (differing.length === 0) return [];
  const words = `only ${differing.map((part) => PARTS[part]).join(", ")}`;
  return [{ sign: "~", what: "details", name: "", words }];
}

/** A difference on one line, as in `~ service control-plane: from svc1 to svc2`. */
export function differenceText({ sign, what, name, words }: PlanDifference): string {
  return `${sign} ${what}${name === "" ? "" : ` ${name}`}: ${words}`;
}

function nodes(applied: Plan | undefined, plan: Plan): PlanDifference[] {
  return compare(applied?.nodes ?? [], plan.nodes, (node) => node.name, "node", {
    words: (node) => `${node.address}, ${node.roles.join(", ")}`,
    changes: (before, after) => [
      ...change("address", before.address, after.address),
      ...change("port", before.port, after.port),
      ...change("login", before.user, after.user),
      ...change("roles", before.roles.join(", "), after.roles.join(", ")),
      ...change("system", before.os, after.os),
    ],
  });
}

function services(applied: Plan | undefined, plan: Plan): PlanDifference[] {
  return compare(applied?.services ?? [], plan.services, (service) => service.name, "service", {
    words: (service) => `on ${service.nodes.join(", ")}`,
    changes: (before, after) => {
      const added = after.nodes.filter((node) => !before.nodes.includes(node));
      const gone = before.nodes.filter((node) => !after.nodes.includes(node));
      return [
        ...(added.length > 0 ? [`also on ${added.join(", ")}`] : []),
        ...(gone.length > 0 ? [`no longer on ${gone.join(", ")}`] : []),
      ];
    },
  });
}

function disks(applied: Plan | undefined, plan: Plan): PlanDifference[] {
  return compare(applied?.disks ?? [], plan.disks, (disk) => `${disk.serial} on ${disk.host}`, "disk", {
    words: (disk) => diskSize(disk.sizeBytes) + (disk.wipe ? `, wiped: ${disk.destroys.join(", ")}` : ""),
    changes: (before, after) => (!before.wipe && after.wipe ? [`wiped: ${after.destroys.join(", ")}`] : []),
  });
}

function capacity(applied: Plan | undefined, plan: Plan): PlanDifference[] {
  const sizes = (one: Plan | undefined) => [
    `${diskSize(one?.capacity.netBytes ?? 0)} net`,
    `${one?.capacity.cores ?? 0} cores`,
    `${one?.capacity.gpus ?? 0} GPUs`,
  ];
  const [before, after] = [sizes(applied), sizes(plan)];
  const words = after.flatMap((size, index) => change("", before[index] ?? "", size));
  return words.length === 0 ? [] : [{ sign: "~", what: "capacity", name: "", words: words.join("; ") }];
}

function compare<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (one: T) => string,
  what: PlanDifference["what"],
  say: { readonly words: (one: T) => string; readonly changes: (before: T, after: T) => string[] },
): PlanDifference[] {
  const old = new Map(before.map((one) => [nameOf(one), one]));
  const now = new Map(after.map((one) => [nameOf(one), one]));
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(compareText);
  return names.flatMap((name): PlanDifference[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === undefined && is !== undefined) return [{ sign: "+", what, name, words: say.words(is) }];
    if (was !== undefined && is === undefined) return [{ sign: "-", what, name, words: say.words(was) }];
    if (was === undefined || is === undefined) return [];
    const changes = say.changes(was, is);
    return changes.length === 0 ? [] : [{ sign: "~", what, name, words: changes.join("; ") }];
  });
}

function change(title: string, before: string | number, after: string | number): string[] {
  return before === after ? [] : [`${title === "" ? "" : `${title} `}${before} → ${after}`];
}
