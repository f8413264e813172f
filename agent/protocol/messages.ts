import { type Static, Type } from "typebox";

/** Longest strings and lists an agent may send: a peer that sends more is refused, not trimmed. */
const shortText = (description: string) => Type.String({ maxLength: 256, description });
const longText = (description: string) => Type.String({ maxLength: 4096, description });

/** Version of these messages. The control plane speaks to agents of this and the previous version. */
export const PROTOCOL_VERSION = 1;

export const NodeName = Type.String({
  pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
  description: "Name of the node in the site: one DNS label, lower case",
});

export const Severity = Type.Union([Type.Literal("info"), Type.Literal("warning"), Type.Literal("critical")], {
  description: "info: worth knowing; warning: degraded soon or partly; critical: the node cannot do its work",
});
export type Severity = Static<typeof Severity>;

/** POST /v1/agent/join, without a client certificate. */
export const JoinRequest = Type.Object(
  {
    version: Type.Integer(),
    node: NodeName,
    token: Type.String({ minLength: 32, maxLength: 128, description: "Single-use join token, bound to the node name" }),
    csr: Type.String({ maxLength: 8192, description: "PKCS #10 request in PEM; only its public key is used" }),
    machineId: shortText("/etc/machine-id"),
    bootId: shortText("Boot id of the kernel"),
    agentVersion: shortText("Version of the agent"),
  },
  { additionalProperties: false },
);
export type JoinRequest = Static<typeof JoinRequest>;

/** Answer to a join and to POST /v1/agent/renew. */
export const Certificates = Type.Object({
  certificate: Type.String({ description: "The node's certificate in PEM, extended key usage clientAuth" }),
  authority: Type.String({ description: "Certificates of the site's authority in PEM, one or more" }),
  notAfter: Type.String({ description: "End of validity, ISO 8601" }),
  intervalSeconds: Type.Number({ description: "How long to wait between heartbeats" }),
});
export type Certificates = Static<typeof Certificates>;

export const RenewRequest = Type.Object(
  { version: Type.Integer(), csr: Type.String({ maxLength: 8192 }) },
  { additionalProperties: false },
);
export type RenewRequest = Static<typeof RenewRequest>;

/** What a check says of one subject. */
export const CheckResult = Type.Object(
  {
    check: shortText("Folder name of the check, as in `disk-space`"),
    code: shortText("Stable code of the problem, as in `AGENT_DISK_SPACE_LOW`; also set while healthy"),
    subject: shortText("What was judged: a mount point, a unit, a NIC; empty for the node as a whole"),
    status: Type.Union([Type.Literal("ok"), Type.Literal("problem"), Type.Literal("unknown")]),
    severity: Severity,
    message: longText("One sentence: what is so, with figures"),
    hint: longText("What to do; empty while healthy"),
    dependsOn: Type.Array(shortText("Checks whose problem explains this one"), { maxItems: 16 }),
    sinceMilliseconds: Type.Number({
      minimum: 0,
      description: "For how long it has been so, on the node's monotonic clock",
    }),
    toleranceMilliseconds: Type.Number({
      minimum: 0,
      description: "How long a problem is borne before it counts against the node",
    }),
  },
  { additionalProperties: false },
);
export type CheckResult = Static<typeof CheckResult>;

/** One sample: numbers by name (`load1`, `memory_available_bytes`, `filesystem_available_bytes{mountpoint="/"}`). */
export const Sample = Type.Object(
  {
    // A length limit on the names must be a pattern: as `maxLength` of a record's key it says nothing.
    metrics: Type.Record(Type.String({ pattern: "^[\\s\\S]{1,200}$" }), Type.Number(), {
      maxProperties: 2000,
      additionalProperties: false,
    }),
  },
  { additionalProperties: false },
);
export type Sample = Static<typeof Sample>;

/** POST /v1/agent/heartbeat, over mutual TLS. Always the latest state, never a backlog. */
export const Heartbeat = Type.Object(
  {
    version: Type.Integer(),
    sequence: Type.Integer({ minimum: 0, description: "Counts up from 0 at each start of the agent" }),
    machineId: shortText("Tells a cloned or replaced node from the one that joined"),
    bootId: shortText("Changes with every boot"),
    startId: shortText("Random, new at each start of the agent"),
    agentVersion: shortText("Version of the agent"),
    sentAt: Type.String({ maxLength: 40, description: "The node's wall clock, ISO 8601" }),
    sample: Sample,
    checks: Type.Array(CheckResult, { maxItems: 500 }),
  },
  { additionalProperties: false },
);
export type Heartbeat = Static<typeof Heartbeat>;

export const HeartbeatReply = Type.Object({
  intervalSeconds: Type.Number({ description: "When to come again; the control plane paces its agents" }),
  serverTime: Type.String({ description: "The control plane's wall clock, ISO 8601" }),
  renew: Type.Boolean({ description: "Ask for a new certificate now" }),
});
export type HeartbeatReply = Static<typeof HeartbeatReply>;

/** Every refusal of the control plane, to agents and operators alike. */
export const Refusal = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String(), hint: Type.String() }),
});
export type Refusal = Static<typeof Refusal>;

/** Default TCP port of the control plane. */
export const CONTROL_PLANE_PORT = 7443;

/** URI name in a certificate's subjectAltName: who it speaks for. */
export function identityUri(site: string, kind: "node" | "operator" | "control-plane", name: string): string {
  return `bdap://${site}/${kind}/${name}`;
}

/** Where things lie on a node. */
export const nodePaths = {
  runtime: "/opt/bdap/runtime",
  agent: "/opt/bdap/agent",
  controlPlane: "/opt/bdap/control-plane",
  agentConfiguration: "/etc/bdap/agent.json",
  controlPlaneConfiguration: "/etc/bdap/control-plane.json",
  joinToken: "/var/lib/bdap-agent/join-token",
  agentState: "/var/lib/bdap-agent",
  controlPlaneState: "/var/lib/bdap-control-plane",
} as const;
