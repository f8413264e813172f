import { type Static, Type } from "typebox";
import { NodeName } from "#agent/protocol/messages.ts";
import { DesiredSite } from "#agent/protocol/operator.ts";

/** Schema version written by this release; a change of shape raises it and adds a migration. */
export const STATE_VERSION = 2;

const closed = { additionalProperties: false } as const;
const time = (description: string) => Type.Number({ description: `${description}, milliseconds since the epoch` });

/** A join token that has not been used. The token itself is never stored. */
export const StoredToken = Type.Object(
  {
    node: NodeName,
    hash: Type.String({ description: "SHA-256 of the token, hexadecimal" }),
    createdAt: time("When it was made"),
    expiresAt: time("When it becomes void"),
    by: Type.String({ description: "Operator who asked for it" }),
  },
  closed,
);
export type StoredToken = Static<typeof StoredToken>;

/** A used token. Until it would have expired it still answers the key it was used with, so that a lost answer costs nothing. */
export const SpentToken = Type.Object(
  {
    ...StoredToken.properties,
    use: Type.Optional(
      Type.Object(
        {
          key: Type.String({ description: "SHA-256 of the public key it was used with, hexadecimal" }),
          certificate: Type.Optional(
            Type.Object({ serial: Type.String(), pem: Type.String() }, { ...closed, description: "What was answered" }),
          ),
        },
        { ...closed, description: "Absent once nothing more may come of it" },
      ),
    ),
  },
  closed,
);
export type SpentToken = Static<typeof SpentToken>;

/** A node that joined, and every certificate of its that is still valid. */
export const Identity = Type.Object(
  {
    node: NodeName,
    machineId: Type.String(),
    joinedAt: time("Last join"),
    certificates: Type.Array(Type.Object({ serial: Type.String(), notAfter: time("End of validity") }, closed)),
  },
  closed,
);
export type Identity = Static<typeof Identity>;

/** A certificate that must not be accepted although it is valid. */
export const Revocation = Type.Object(
  {
    serial: Type.String(),
    node: Type.String(),
    reason: Type.String(),
    by: Type.String(),
    at: time("When it was revoked"),
    notAfter: time("End of validity; the record may go then"),
  },
  closed,
);
export type Revocation = Static<typeof Revocation>;

/** A node put aside: by a person, or by automation when its identity is in doubt. Only a person lifts it. */
export const Hold = Type.Object(
  {
    node: NodeName,
    state: Type.Union([
      Type.Literal("draining"),
      Type.Literal("drained"),
      Type.Literal("maintenance"),
      Type.Literal("quarantined"),
    ]),
    reason: Type.String(),
    by: Type.String(),
    since: time("When it was put aside"),
  },
  closed,
);
export type Hold = Static<typeof Hold>;

/** Everything the control plane must still know after a power loss, except events. */
export const ControlPlaneState = Type.Object(
  {
    desired: DesiredSite,
    tokens: Type.Array(StoredToken),
    spentTokens: Type.Array(SpentToken, { description: "Used tokens, kept for a day to tell a replay from a guess" }),
    identities: Type.Array(Identity),
    revocations: Type.Array(Revocation),
    holds: Type.Array(Hold),
  },
  closed,
);
export interface ControlPlaneState {
  readonly desired: DesiredSite;
  readonly tokens: readonly StoredToken[];
  readonly spentTokens: readonly SpentToken[];
  readonly identities: readonly Identity[];
  readonly revocations: readonly Revocation[];
  readonly holds: readonly Hold[];
}

export const emptyState: ControlPlaneState = {
  desired: { nodes: [], services: [] },
  tokens: [],
  spentTokens: [],
  identities: [],
  revocations: [],
  holds: [],
};

/** Look-ups in a state. */
export interface StateIndex {
  readonly identities: ReadonlyMap<string, Identity>;
  readonly holds: ReadonlyMap<string, Hold>;
  readonly revoked: ReadonlySet<string>;
  readonly desiredNodes: ReadonlyMap<string, DesiredSite["nodes"][number]>;
}

/** The look-ups of `state`. Costs a pass over it; {@link StateStore.index} keeps the current one. */
export function indexState(state: ControlPlaneState): StateIndex {
  return {
    identities: new Map(state.identities.map((identity) => [identity.node, identity])),
    holds: new Map(state.holds.map((hold) => [hold.node, hold])),
    revoked: new Set(state.revocations.map((revocation) => revocation.serial)),
    desiredNodes: new Map(state.desired.nodes.map((node) => [node.name, node])),
  };
}
