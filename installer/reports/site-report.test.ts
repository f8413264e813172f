import { describe, expect, it } from "vitest";
import type { NodeDetails, NodeSummary, SiteEvent, SiteStatus } from "#agent/protocol/operator.ts";
import { eventLine, nodeDetailLines, nodeLines, problemLines, statusLines } from "./site-report.ts";
import { textTable } from "./text-table.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const plain = { width: 80, now, paint: (_style: string, text: string) => text };
const node = (change: Partial<NodeSummary>): NodeSummary => ({
  name: "cpu-01",
  state: "ready",
  joinTokenUntil: null,
  reason: "reports in time and has no problem",
  by: "automatic",
  since: "2026-03-01T11:57:00Z",
  address: "10.0.0.1",
  roles: ["cpu"],
  checks: [],
  ...change,
});
const lowDisk: NodeSummary["checks"][number] = {
  check: "disk-space",
  code: "AGENT_DISK_SPACE_LOW",
  subject: "/var",
  status: "problem",
  severity: "warning",
  message: "/var has 2% (1.1 GB) left of 55 GB, and it has been going down for an hour without a pause",
  hint: "Find what grows with du -x /var | sort -n | tail, then remove it or add space.",
  since: "2026-03-01T11:50:00Z",
  tolerated: false,
};
const status: SiteStatus = {
  site: "geneva",
  healthy: false,
  nodes: [
    node({}),
    node({
      name: "st-01",
      state: "degraded",
      reason: lowDisk.message,
      checks: [lowDisk],
      roles: ["storage", "service"],
    }),
    node({ name: "st-02", state: "maintenance", reason: "new memory", by: "alice" }),
  ],
  services: [{ name: "storage", state: "degraded", message: "st-01 is degraded", nodes: ["st-01", "st-02"] }],
  notices: [],
};

describe("statusLines", () => {
  it("fits 80 columns and says what is wrong and what to do", () => {
    const lines = statusLines(status, plain);
    expect(lines.join("\n")).toBe(
      [
        "Site geneva: not healthy",
        "",
        "NODE    STATE        SINCE  ROLES            WHY",
        "cpu-01  ready        3m     cpu",
        "st-01   degraded     3m     storage,service  /var has 2% (1.1 GB) left of 55 GB…",
        "st-02   maintenance  3m     cpu              new memory (alice)",
        "",
        "SERVICE  STATE     NODES        WHY",
        "storage  degraded  st-01 st-02  st-01 is degraded",
        "",
        "st-01: warning  AGENT_DISK_SPACE_LOW  (for 10m)",
        "  /var has 2% (1.1 GB) left of 55 GB, and it has been going down for an hour",
        "  without a pause",
        "  Do: Find what grows with du -x /var | sort -n | tail, then remove it or add",
        "  space.",
      ].join("\n"),
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("leaves out what is merely not known, unless that is more than worth knowing", () => {
    const asked = (severity: "info" | "warning") => {
      const unread = { ...lowDisk, status: "unknown" as const, severity };
      return statusLines({ ...status, nodes: [node({ checks: [unread] })] }, plain).join("\n");
    };
    expect(asked("info")).not.toContain("AGENT_DISK_SPACE_LOW");
    expect(asked("warning")).toContain("AGENT_DISK_SPACE_LOW");
  });

  it("paints states, and only through the given paint", () => {
    const painted = statusLines(status, { ...plain, paint: (style, text) => `<${style}>${text}` });
    expect(painted[0]).toBe("Site geneva: <red>not healthy");
    expect(painted.join("\n")).toContain("<yellow>degraded");
  });

  it("says what to do when there is nothing yet", () => {
    expect(nodeLines([], plain)).toEqual(["No nodes yet: run bdap apply."]);
  });
});

describe("what nodes say", () => {
  const hostile = "ok\u001b[2J\r\nSite geneva: healthy\u202e";
  it("cannot move the cursor or forge a line", () => {
    const checks = [{ node: "cpu-01", ...lowDisk, message: hostile, hint: hostile, code: hostile }];
    const details: NodeDetails = {
      ...node({ reason: hostile }),
      services: [],
      machineId: hostile,
      bootId: hostile,
      agentVersion: hostile,
      lastSeen: null,
      clockOffsetMilliseconds: 3,
      certificateNotAfter: null,
      metrics: {},
      allChecks: [],
    };
    const event: SiteEvent = {
      id: 1,
      time: "2026-03-01T12:00:00.000Z",
      code: hostile,
      severity: "info",
      node: null,
      by: "automatic",
      message: hostile,
      data: {},
    };
    const lines = [
      ...problemLines(checks, plain),
      ...nodeLines([node({ state: "degraded", reason: hostile })], plain),
      ...nodeDetailLines(details, plain),
      eventLine(event, plain),
    ];
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe("textTable", () => {
  it("cuts what is too long", () => {
    const columns = [
      { title: "A", cell: (row: string[]) => row[0] ?? "", most: 5 },
      { title: "B", cell: (row: string[]) => row[1] ?? "" },
    ];
    const lines = textTable(columns, [["abcdefgh", "x".repeat(50)]], { width: 20, paint: plain.paint });
    expect(lines[1]).toBe(`abcd…  ${"x".repeat(12)}…`);
  });
});
