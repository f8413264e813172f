import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import { someNode, somePlan } from "#test/fakes/plan.ts";
import type { ApplyEvent } from "../../phases/apply-plan/events.ts";
import type { ProbeRow } from "../probe/rows.ts";

// What the world would tell the wizard of a site with much to say. For tests: a screen that holds this holds any.

/** Longer than a line of the smallest terminal. */
export const LONG =
  "because of a reason that takes more words than any column has room for, and then some more of them to be sure";

const NUMBERS = Array.from({ length: 60 }, (_, index) => index);
const nameOf = (index: number) => (index === 0 ? "one" : `a-server-with-a-long-name-${index}`);
const addressOf = (index: number) => `192.0.2.${index + 1}`;

export const largeProbe: readonly ProbeRow[] = NUMBERS.map((index) => ({
  server: addressOf(index),
  state: index % 5 === 0 ? "failed" : "read",
  os: "Red Hat Enterprise Linux 9.6",
  cores: "256",
  memory: "2048 GB",
  disks: "60/60",
  note: `${nameOf(index)}: ${LONG}`,
}));

export const largePlan: Plan = {
  ...somePlan(NUMBERS.map((index) => someNode(nameOf(index), addressOf(index)))),
  verdicts: NUMBERS.map((index) => ({
    server: nameOf(index),
    address: addressOf(index),
    roles: ["storage", "cpu", "service"],
    proposed: ["storage"],
    reasons: [{ rule: "storage", words: `60 empty disks of 20 TB, ${LONG}` }],
    confidence: 1,
    wouldChange: [`with fewer disks: cpu, ${LONG}`, `with a GPU: gpu, ${LONG}`],
    override: null,
    adopted: true,
  })),
  services: ["control-plane", ...NUMBERS.map((index) => `service-${index}`)].map((name, index) => ({
    name,
    nodes: index === 0 ? ["one"] : NUMBERS.map(nameOf),
    quorum: null,
    why: LONG,
  })),
  untouchedDisks: NUMBERS.map((index) => ({ host: "one", path: `/dev/sd${index}`, serial: `S${index}`, why: LONG })),
  steps: NUMBERS.map((index) => ({
    id: `step-${index}`,
    phase: "prepare",
    title: `Step ${index}, ${LONG}`,
    hosts: ["one"],
    destructive: false,
    estimateSeconds: 1,
  })),
  findings: NUMBERS.slice(0, 9).map((index) => ({
    code: "PLAN_HOST_NOT_PROBED",
    severity: "warning",
    message: `${addressOf(index)} is left out ${LONG}`,
    hint: LONG,
    hosts: [],
  })),
};

export const longError: ErrorRecord = { code: "SOME_CODE", kind: "environment", message: LONG, hint: `${LONG}, END` };

const PHASES = [
  "Certificates",
  "Files",
  "Inventory",
  "Baseline",
  "Control plane",
  "Nodes",
  "Agent",
  "Every node ready",
];

export const applyBegins: ApplyEvent = {
  type: "run-start",
  run: "r1",
  plan: "0".repeat(64),
  check: false,
  phases: PHASES.map((title) => ({ name: title, title: `${title} in the whole site`, hosts: NUMBERS.map(nameOf) })),
  resumed: null,
};

/** Every host failed, each with its own cause. */
export const applyEnds: ApplyEvent = {
  type: "run-end",
  run: "r1",
  check: false,
  changed: true,
  hosts: Object.fromEntries(
    NUMBERS.map((index) => [nameOf(index), { status: "failed", changes: 60, phase: "Baseline", cause: longError }]),
  ),
  problems: [longError],
  exitCode: 3,
};
