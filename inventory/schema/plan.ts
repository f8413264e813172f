import { type Static, Type } from "typebox";
import { Role } from "./site.ts";

export const Reason = Type.Object({
  rule: Type.String({ description: "Id of the rule" }),
  words: Type.String({ description: "Why, in words with figures: `12 empty disks of 8 TB`" }),
});

/** What one server should become and why. */
export const Verdict = Type.Object({
  server: Type.String({ description: "Name in the site directory" }),
  address: Type.String(),
  roles: Type.Array(Role),
  proposed: Type.Array(Role, { description: "What the rules proposed, before any override" }),
  reasons: Type.Array(Reason),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  wouldChange: Type.Array(Type.String({ description: "What would change the verdict, in words" })),
  override: Type.Union([
    Type.Object({ by: Type.String(), why: Type.String(), at: Type.Union([Type.String(), Type.Null()]) }),
    Type.Null(),
  ]),
  adopted: Type.Boolean({ description: "Already runs something: nothing on it is wiped or replaced" }),
});
export type Verdict = Static<typeof Verdict>;

export const PlannedDisk = Type.Object({
  host: Type.String(),
  serial: Type.String(),
  byId: Type.Union([Type.String(), Type.Null()]),
  path: Type.String(),
  model: Type.Union([Type.String(), Type.Null()]),
  sizeBytes: Type.Integer(),
  kind: Type.Union([Type.Literal("hdd"), Type.Literal("ssd"), Type.Literal("nvme"), Type.Literal("unknown")]),
  wipe: Type.Boolean({ description: "Carries something that is destroyed, by permission" }),
  destroys: Type.Array(Type.String({ description: "What is on it now, in words" })),
});
export type PlannedDisk = Static<typeof PlannedDisk>;

export const Finding = Type.Object({
  code: Type.String(),
  severity: Type.Union([Type.Literal("refusal"), Type.Literal("warning"), Type.Literal("note")]),
  message: Type.String(),
  hint: Type.String(),
  hosts: Type.Array(Type.String()),
});
export type Finding = Static<typeof Finding>;

export const PlanStep = Type.Object({
  id: Type.String({ description: "Stable: phase, and what of it" }),
  phase: Type.String({ description: "Folder under installer/phases" }),
  title: Type.String(),
  hosts: Type.Array(Type.String()),
  destructive: Type.Boolean(),
  estimateSeconds: Type.Number(),
});
export type PlanStep = Static<typeof PlanStep>;

/** A port that a program listened on before the server became part of the site. */
export const KeptPort = Type.Object({
  protocol: Type.Union([Type.Literal("tcp"), Type.Literal("udp")]),
  port: Type.Integer({ minimum: 1, maximum: 65535 }),
  program: Type.String({ pattern: "^[A-Za-z0-9._+ -]{1,32}$", description: "Who listens there" }),
});
export type KeptPort = Static<typeof KeptPort>;

export const PlannedNode = Type.Object({
  name: Type.String(),
  address: Type.String(),
  port: Type.Integer(),
  user: Type.String(),
  roles: Type.Array(Role),
  services: Type.Array(Type.String()),
  os: Type.String({ description: "As in `debian 13`" }),
  keptPorts: Type.Optional(
    Type.Array(KeptPort, {
      description: "On an adopted server: what it serves and the firewall leaves open to everyone",
    }),
  ),
});
export type PlannedNode = Static<typeof PlannedNode>;

/** `plan.json`: what will be done, why, and to which disks. The same answers and facts give the same plan, byte for byte. */
export const Plan = Type.Object({
  version: Type.Literal(1),
  site: Type.String(),
  domain: Type.String(),
  id: Type.String({ description: "sha256 of everything else in the plan" }),
  nodes: Type.Array(PlannedNode),
  verdicts: Type.Array(Verdict),
  services: Type.Array(
    Type.Object({
      name: Type.String(),
      nodes: Type.Array(Type.String()),
      quorum: Type.Union([Type.Integer(), Type.Null()]),
      why: Type.String(),
    }),
  ),
  disks: Type.Array(PlannedDisk),
  untouchedDisks: Type.Array(
    Type.Object({
      host: Type.String(),
      path: Type.String(),
      serial: Type.Union([Type.String(), Type.Null()]),
      why: Type.String(),
    }),
  ),
  capacity: Type.Object({
    rawBytes: Type.Integer(),
    netBytes: Type.Integer({ description: "Raw divided by the copies" }),
    replicas: Type.Integer(),
    cores: Type.Integer({ description: "On processing nodes (cpu, gpu)" }),
    threads: Type.Integer(),
    memoryBytes: Type.Integer({ description: "On processing nodes" }),
    memoryGigabytesPerCore: Type.Union([Type.Number(), Type.Null()]),
    gpus: Type.Integer(),
  }),
  steps: Type.Array(PlanStep),
  estimateSeconds: Type.Number(),
  findings: Type.Array(Finding),
});
export type Plan = Static<typeof Plan>;
