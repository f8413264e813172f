import { type Static, Type } from "typebox";
import { NodeName, Severity } from "./messages.ts";

export const NodeState = Type.Union([
  Type.Literal("joining"),
  Type.Literal("ready"),
  Type.Literal("degraded"),
  Type.Literal("unreachable"),
  Type.Literal("draining"),
  Type.Literal("drained"),
  Type.Literal("maintenance"),
  Type.Literal("quarantined"),
]);
export type NodeState = Static<typeof NodeState>;

/** PUT /v1/site: what the plan wants; the installer sends it after every apply. Nodes left out are retired. */
export const DesiredSite = Type.Object(
  {
    nodes: Type.Array(
      Type.Object(
        {
          name: NodeName,
          address: Type.String({ maxLength: 64 }),
          roles: Type.Array(Type.String({ maxLength: 32 })),
          services: Type.Array(Type.String({ maxLength: 32 })),
        },
        { additionalProperties: false },
      ),
      { maxItems: 10_000 },
    ),
    services: Type.Array(
      Type.Object(
        {
          name: Type.String({ maxLength: 32 }),
          nodes: Type.Array(NodeName),
          units: Type.Array(Type.String({ maxLength: 128, description: "systemd units that must run on those nodes" })),
        },
        { additionalProperties: false },
      ),
      { maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
);
export type DesiredSite = Static<typeof DesiredSite>;

/** POST /v1/tokens → JoinToken. */
export const TokenRequest = Type.Object(
  { node: NodeName, lifetimeSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 1800 })) },
  { additionalProperties: false },
);
export const JoinToken = Type.Object({ node: NodeName, token: Type.String(), expiresAt: Type.String() });
export type JoinToken = Static<typeof JoinToken>;

/** A check's verdict on a node as the control plane sees it. */
export const NodeCheck = Type.Object({
  check: Type.String(),
  code: Type.String(),
  subject: Type.String(),
  status: Type.Union([Type.Literal("ok"), Type.Literal("problem"), Type.Literal("unknown")]),
  severity: Severity,
  message: Type.String(),
  hint: Type.String(),
  since: Type.String({ description: "ISO 8601, control plane's clock" }),
  tolerated: Type.Boolean({ description: "Still within its tolerance: does not count against the node yet" }),
});
export const NodeSummary = Type.Object({
  name: Type.String(),
  state: NodeState,
  reason: Type.String({ description: "Why it is in that state" }),
  by: Type.String({ description: "`automatic`, or the operator who put it there" }),
  since: Type.String(),
  address: Type.String(),
  roles: Type.Array(Type.String()),
  joinTokenUntil: Type.Union([Type.String(), Type.Null()], {
    description: "End of the join token that was made for it and not used yet; null when there is none",
  }),
  checks: Type.Array(NodeCheck, { description: "Problems and unknowns; healthy checks are left out" }),
});
export type NodeSummary = Static<typeof NodeSummary>;
export const NodeDetails = Type.Intersect([
  NodeSummary,
  Type.Object({
    services: Type.Array(Type.String()),
    machineId: Type.Union([Type.String(), Type.Null()]),
    bootId: Type.Union([Type.String(), Type.Null()]),
    agentVersion: Type.Union([Type.String(), Type.Null()]),
    lastSeen: Type.Union([Type.String(), Type.Null()]),
    clockOffsetMilliseconds: Type.Union([Type.Number(), Type.Null()]),
    certificateNotAfter: Type.Union([Type.String(), Type.Null()]),
    metrics: Type.Record(Type.String(), Type.Number()),
    allChecks: Type.Array(NodeCheck),
  }),
]);
export type NodeDetails = Static<typeof NodeDetails>;

/** GET /v1/status: a promise to scripts. */
export const SiteStatus = Type.Object({
  site: Type.String(),
  healthy: Type.Boolean({ description: "Every node ready (or put aside by a person) and every service up" }),
  nodes: Type.Array(NodeSummary),
  services: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.Union([Type.Literal("up"), Type.Literal("degraded"), Type.Literal("down"), Type.Literal("unknown")]),
      message: Type.String(),
      nodes: Type.Array(Type.String()),
    }),
  ),
  notices: Type.Array(Type.Object({ code: Type.String(), message: Type.String(), hint: Type.String() }), {
    description: "Fleet-wide and control-plane problems",
  }),
});
export type SiteStatus = Static<typeof SiteStatus>;

export const SiteEvent = Type.Object({
  id: Type.Integer({ description: "Counts up; never reused" }),
  time: Type.String(),
  code: Type.String({
    description:
      "What kind of event, as in `NODE_STATE_CHANGED`, `TOKEN_REFUSED`, `CHECK_PROBLEM`, `FLEET_PROBLEM`, `STATE_RECOVERED`",
  }),
  severity: Severity,
  node: Type.Union([Type.String(), Type.Null()]),
  by: Type.String({ description: "`automatic`, an agent or an operator" }),
  message: Type.String(),
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type SiteEvent = Static<typeof SiteEvent>;

/** POST /v1/nodes/:name/state, by a person. `ready` hands the node back to automation. */
export const StateRequest = Type.Object(
  {
    state: Type.Union([
      Type.Literal("ready"),
      Type.Literal("draining"),
      Type.Literal("maintenance"),
      Type.Literal("quarantined"),
    ]),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  },
  { additionalProperties: false },
);
export type StateRequest = Static<typeof StateRequest>;

/** GET /v1/nodes. */
export const NodeList = Type.Object({ nodes: Type.Array(NodeSummary) });
export type NodeList = Static<typeof NodeList>;

/** GET /v1/events?after&limit&node; with `follow=true`, one event or {@link EventsHeartbeat} a line, without end. */
export const EventList = Type.Object({ events: Type.Array(SiteEvent) });
export type EventList = Static<typeof EventList>;

/** A line of a followed stream that only says that it lives. */
export const EventsHeartbeat = Type.Object({ heartbeat: Type.String({ description: "ISO 8601" }) });

/** GET /v1/checks: every problem and unknown of every node; with `all=true` the healthy ones too. */
export const CheckList = Type.Object({
  checks: Type.Array(Type.Intersect([Type.Object({ node: Type.String() }), NodeCheck])),
});
export type CheckList = Static<typeof CheckList>;

const Reason = Type.String({ minLength: 1, maxLength: 500, description: "Why, for the record" });

/** POST /v1/nodes/:name/revoke: the node's certificates and unused join tokens are void at once; the node stays in the site. */
export const RevokeRequest = Type.Object({ reason: Reason }, { additionalProperties: false });
export type RevokeRequest = Static<typeof RevokeRequest>;

/** POST /v1/revocations: one certificate, an operator's for example, is void at once. */
export const RevocationRequest = Type.Object(
  {
    serial: Type.String({ pattern: "^[0-9a-fA-F]{1,64}$", description: "Hexadecimal" }),
    reason: Reason,
  },
  { additionalProperties: false },
);
export type RevocationRequest = Static<typeof RevocationRequest>;

/** GET /v1/revocations. */
export const RevocationList = Type.Object({
  revocations: Type.Array(
    Type.Object({
      serial: Type.String(),
      node: Type.String({ description: "Node it was issued to; empty for other certificates" }),
      reason: Type.String(),
      by: Type.String(),
      at: Type.String(),
    }),
  ),
});
export type RevocationList = Static<typeof RevocationList>;

/** GET /v1/health, open to anyone who reaches the port. */
export const Health = Type.Object({ status: Type.Literal("ok") });

/** The reply to a change that has nothing else to say. */
export const Done = Type.Object({ changed: Type.Boolean() });
export type Done = Static<typeof Done>;
