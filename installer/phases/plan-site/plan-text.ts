import type { Finding, Plan, PlannedDisk, Verdict } from "#inventory/schema/plan.ts";
import { counted, diskSize, duration, memorySize } from "../classify-servers/units.ts";
import { columns, wrap } from "./text-columns.ts";

const SEVERITY = { refusal: "REFUSED", warning: "warning", note: "note" } as const;

/** From so many on, disks of a server that are left alone for the same reason are told on one line. */
const MANY = 4;

/** How many things that would change a server's roles are told: the nearest ones. */
const NEAREST = 2;

/** The plan for people, as lines of at most 80 characters (names longer than their column aside). */
export function planText(plan: Plan): string[] {
  return [
    `Site ${plan.site} (${plan.domain}), plan ${plan.id.slice(0, 12)}`,
    ...section(`Nodes (${plan.nodes.length})`, nodeLines(plan)),
    ...section("Left out", leftOutLines(plan)),
    ...section("What would change that", nearnessLines(plan)),
    ...section("Services", serviceLines(plan)),
    ...section("Disks to be used, by serial", diskLines(plan)),
    ...section("Data destroyed", wipeLines(plan)),
    ...section("Disks left as they are", untouchedLines(plan)),
    ...section("Capacity", capacityLines(plan)),
    ...section("Steps", stepLines(plan)),
    ...section("Findings", plan.findings.flatMap(findingLines)),
    "",
    ...wrap(summary(plan), 80),
  ];
}

/** One finding with its code and what to do about it. */
export function findingLines(finding: Finding): string[] {
  const head = `${SEVERITY[finding.severity].padEnd(8)}`;
  return [
    `${head} ${finding.code}`,
    ...wrap(finding.message, 70).map((line) => `         ${line}`),
    ...wrap(`→ ${finding.hint}`, 70).map((line) => `         ${line}`),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function nodeLines(plan: Plan): string[] {
  const rows = plan.nodes.map((node) => {
    const verdict = plan.verdicts.find((one) => one.server === node.name);
    return [node.name, node.address, rolesOf(node.roles, verdict), verdict === undefined ? "" : whyOf(verdict)];
  });
  return columns([["name", "address", "roles", "why"], ...rows], 78);
}

function leftOutLines(plan: Plan): string[] {
  const members = new Set(plan.nodes.map((node) => node.name));
  const rows = plan.verdicts
    .filter((verdict) => !members.has(verdict.server))
    .map((verdict) => [verdict.server, verdict.address, whyOf(verdict)]);
  return columns(rows, 78);
}

/** What would give servers other roles, for all of them that it holds for on one line. */
function nearnessLines(plan: Plan): string[] {
  const servers = new Map<string, string[]>();
  for (const { server, wouldChange } of plan.verdicts)
    for (const words of wouldChange.slice(0, NEAREST)) servers.set(words, [...(servers.get(words) ?? []), server]);
  return [...servers].flatMap(([words, names]) => {
    const shown = names.length > MANY ? [...names.slice(0, MANY), `${names.length - MANY} more`] : names;
    return wrap(`${shown.join(", ")}: ${words}`, 78);
  });
}

function rolesOf(roles: readonly string[], verdict: Verdict | undefined): string {
  return roles.join(", ") + (verdict?.adopted === true ? " (adopted)" : "");
}

function whyOf(verdict: Verdict): string {
  const sure = verdict.override === null ? ` (${Math.round(verdict.confidence * 100)} % sure)` : "";
  const reasons = verdict.reasons.map((reason) => reason.words).join("; ");
  return (reasons || "no rule fits") + sure;
}

function serviceLines(plan: Plan): string[] {
  const rows = plan.services.map((service) => {
    const everywhere = service.nodes.length > 0 && service.nodes.length === plan.nodes.length && plan.nodes.length > 3;
    const where = everywhere ? "every node" : service.nodes.join(", ") || "nowhere";
    const quorum = service.quorum === null ? "" : `; ${service.quorum} of ${service.nodes.length} must be up`;
    return [service.name, where, everywhere ? "" : service.why + quorum];
  });
  return columns(rows, 78);
}

function diskLines(plan: Plan): string[] {
  const groups = new Map<string, { readonly first: PlannedDisk; readonly serials: string[] }>();
  for (const disk of plan.disks) {
    const key = [disk.host, disk.kind, disk.sizeBytes, disk.model].join("\0");
    const group = groups.get(key) ?? { first: disk, serials: [] };
    group.serials.push(disk.serial);
    groups.set(key, group);
  }
  const rows = [...groups.values()].map(({ first, serials }) => [
    first.host,
    `${serials.length} × ${diskSize(first.sizeBytes)} ${first.kind === "unknown" ? "" : first.kind.toUpperCase()}`.trim(),
    serials.join(" "),
  ]);
  return columns(rows, 78);
}

function wipeLines(plan: Plan): string[] {
  const rows = plan.disks
    .filter((disk) => disk.wipe)
    .map((disk) => [disk.host, disk.serial, `${disk.path}, ${diskSize(disk.sizeBytes)}: ${disk.destroys.join(", ")}`]);
  return columns(rows, 78);
}

function untouchedLines(plan: Plan): string[] {
  const groups = new Map<string, Plan["untouchedDisks"]>();
  for (const disk of plan.untouchedDisks) {
    if (disk.why === "not a storage node") continue;
    const key = `${disk.host}\0${disk.why.split(":")[0]}`;
    groups.set(key, [...(groups.get(key) ?? []), disk]);
  }
  const rows = [...groups.values()].flatMap((disks) => {
    const [first] = disks;
    if (first === undefined || disks.length < MANY)
      return disks.map((disk) => [disk.host, disk.path, disk.serial ?? "no serial", disk.why]);
    return [[first.host, `${disks.length} disks`, "", `${first.why} (the first; all are in plan.json)`]];
  });
  return columns(rows, 78);
}

function capacityLines({ capacity, nodes }: Plan): string[] {
  const lines: string[] = [];
  if (capacity.rawBytes > 0) {
    const copies = capacity.replicas === 1 ? "one copy" : `${capacity.replicas} copies`;
    lines.push(
      `storage      ${diskSize(capacity.rawBytes)} raw, ${diskSize(capacity.netBytes)} net (${copies} of everything)`,
    );
  }
  if (nodes.some((node) => node.roles.includes("cpu") || node.roles.includes("gpu"))) {
    const perCore = capacity.memoryGigabytesPerCore === null ? "" : ` (${capacity.memoryGigabytesPerCore} GB per core)`;
    lines.push(
      `processing   ${counted(capacity.cores, "core")}, ${memorySize(capacity.memoryBytes)} of memory${perCore}, ${counted(capacity.gpus, "GPU")}`,
    );
  }
  return lines;
}

function stepLines(plan: Plan): string[] {
  const rows = plan.steps.map((step, index) => {
    const hosts =
      step.hosts.length === 0 ? "here" : step.hosts.length === 1 ? (step.hosts[0] ?? "") : `${step.hosts.length} hosts`;
    return [
      `${index + 1}`,
      step.title + (step.destructive ? " (destroys data)" : ""),
      hosts,
      duration(step.estimateSeconds),
    ];
  });
  return rows.length === 0 ? [] : [...columns(rows, 78), `about ${duration(plan.estimateSeconds)} in all`];
}

function summary(plan: Plan): string {
  const refusals = plan.findings.filter((one) => one.severity === "refusal").length;
  if (refusals > 0)
    return `This plan cannot be applied: ${counted(refusals, "refusal")}. Nothing on any server was changed.`;
  const wiped = plan.disks.filter((disk) => disk.wipe).length;
  const destroys = wiped === 0 ? "It destroys no data." : `It destroys the data on ${counted(wiped, "disk")}.`;
  return `${destroys} Nothing on any server was changed yet; bdap apply does it.`;
}
