import type { CheckList, NodeDetails, NodeSummary, SiteEvent, SiteStatus } from "#agent/protocol/operator.ts";
import { shortDuration } from "./duration.ts";
import { type Column, cutTo, type Paint, printable, type Style, textTable } from "./text-table.ts";

export interface ReportOptions {
  /** Characters in a line. */
  readonly width: number;
  readonly paint: Paint;
  /** Milliseconds since the epoch, for "since". */
  readonly now: number;
}

type Check = NodeSummary["checks"][number];

/** `bdap status`: a verdict, the nodes, the services, and what is wrong with what to do about it. */
export function statusLines(status: SiteStatus, options: ReportOptions): string[] {
  const { paint } = options;
  const verdict = status.healthy ? paint("green", "healthy") : paint("red", "not healthy");
  // What is merely not known, and no more than worth knowing, is left to `bdap checks list`.
  const problems = status.nodes.flatMap((node) =>
    node.checks
      .filter((check) => check.status !== "unknown" || check.severity !== "info")
      .map((check) => ({ node: node.name, ...check })),
  );
  return [
    `Site ${status.site}: ${verdict}`,
    ...section(nodeLines(status.nodes, options)),
    ...section(serviceLines(status, options)),
    ...section(noticeLines(status, options)),
    ...section(problemLines(problems, options)),
  ];
}

/** `bdap nodes list`. */
export function nodeLines(nodes: readonly NodeSummary[], options: ReportOptions): string[] {
  if (nodes.length === 0) return ["No nodes yet: run bdap apply."];
  const columns: Column<NodeSummary>[] = [
    { title: "NODE", cell: (node) => node.name, most: 24 },
    { title: "STATE", cell: (node) => node.state, style: (node) => stateStyle(node.state) },
    { title: "SINCE", cell: (node) => shortDuration(options.now - Date.parse(node.since)) },
    { title: "ROLES", cell: (node) => node.roles.join(","), most: 20 },
    { title: "WHY", cell: whyOf },
  ];
  return textTable(columns, nodes, options);
}

/** `bdap checks list`: one problem a paragraph, what to do below it. */
export function problemLines(checks: CheckList["checks"], options: ReportOptions): string[] {
  return checks.flatMap((check) => problemParagraph(`${check.node}: `, check, options));
}

/** `bdap nodes show`. */
export function nodeDetailLines(node: NodeDetails, options: ReportOptions): string[] {
  const { paint, now } = options;
  const ago = (time: string | null) => (time === null ? "never" : `${shortDuration(now - Date.parse(time))} ago`);
  const fields: [string, string][] = [
    [
      "State",
      `${paint(stateStyle(node.state) ?? "bold", node.state)} for ${shortDuration(now - Date.parse(node.since))}`,
    ],
    ["Why", `${printable(node.reason)} (${node.by})`],
    ["Address", node.address],
    ["Roles", node.roles.join(", ")],
    ["Services", node.services.join(", ")],
    ["Last seen", ago(node.lastSeen)],
    ["Agent", printable(node.agentVersion ?? "unknown")],
    ["Machine id", printable(node.machineId ?? "has not joined")],
    ["Boot id", printable(node.bootId ?? "unknown")],
    ["Clock", node.clockOffsetMilliseconds === null ? "unknown" : `${Math.round(node.clockOffsetMilliseconds)} ms off`],
    ["Certificate", node.certificateNotAfter === null ? "none" : `until ${node.certificateNotAfter}`],
  ];
  const healthy = node.allChecks.filter((check) => check.status === "ok").length;
  const others = node.allChecks.filter((check) => check.status !== "ok");
  return [
    paint("bold", node.name),
    ...fields.map(([name, value]) => `  ${name.padEnd(12)} ${value}`),
    `  ${"Checks".padEnd(12)} ${healthy} healthy, ${others.length} to look at`,
    ...section(others.flatMap((check) => problemParagraph("", check, options))),
  ];
}

/** `bdap events`: one line an event. */
export function eventLine(event: SiteEvent, options: Pick<ReportOptions, "paint">): string {
  const style: Style = event.severity === "critical" ? "red" : event.severity === "warning" ? "yellow" : "dim";
  const time = event.time.replace("T", " ").slice(0, 19);
  return `${options.paint("dim", time)}  ${options.paint(style, printable(event.code).padEnd(22))}  ${printable(event.message)}`;
}

function serviceLines(status: SiteStatus, options: ReportOptions): string[] {
  if (status.services.length === 0) return [];
  const columns: Column<SiteStatus["services"][number]>[] = [
    { title: "SERVICE", cell: (service) => service.name, most: 24 },
    { title: "STATE", cell: (service) => service.state, style: (service) => serviceStyle(service.state) },
    { title: "NODES", cell: (service) => service.nodes.join(" "), most: 24 },
    { title: "WHY", cell: (service) => service.message },
  ];
  return textTable(columns, status.services, options);
}

function noticeLines(status: SiteStatus, { paint, width }: ReportOptions): string[] {
  return status.notices.flatMap((notice) => [
    `${paint("red", notice.code)}  ${printable(notice.message)}`,
    ...wrap(`Do: ${notice.hint}`, width, "  "),
  ]);
}

function problemParagraph(prefix: string, check: Check, { paint, width, now }: ReportOptions): string[] {
  const style: Style = check.severity === "critical" ? "red" : check.severity === "warning" ? "yellow" : "dim";
  const word = check.status === "problem" ? check.severity : check.status;
  const borne = check.tolerated ? ", not counted yet" : "";
  const head = `${prefix}${paint(check.status === "ok" ? "green" : style, word)}  ${cutTo(check.code, width)}`;
  const since = `  (for ${shortDuration(now - Date.parse(check.since))}${borne})`;
  return [
    head + paint("dim", since),
    ...wrap(printable(check.message), width, "  "),
    ...(check.hint === "" ? [] : wrap(`Do: ${printable(check.hint)}`, width, "  ")),
  ];
}

/** `text` in lines of at most `width` characters, each behind `indent`. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.length + word.length > width && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", ...lines];
}

function whyOf(node: NodeSummary): string {
  if (node.by !== "automatic") return `${node.reason} (${node.by})`;
  return node.state === "ready" ? "" : node.reason;
}

function stateStyle(state: NodeSummary["state"]): Style | undefined {
  if (state === "ready") return "green";
  if (state === "unreachable" || state === "quarantined") return "red";
  return "yellow";
}

function serviceStyle(state: string): Style {
  return state === "up" ? "green" : state === "down" ? "red" : "yellow";
}
