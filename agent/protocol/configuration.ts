import { type Static, Type } from "typebox";
import { NodeName } from "./messages.ts";

/** /etc/bdap/agent.json, written by the installer, mode 0640 root:bdap-agent; holds no secret. */
export const AgentConfiguration = Type.Object(
  {
    site: Type.String({ minLength: 1, maxLength: 63 }),
    node: NodeName,
    controlPlane: Type.Object({
      host: Type.String({ description: "Name in the control plane's certificate" }),
      address: Type.String({ description: "Address to connect to" }),
      port: Type.Integer({ minimum: 1, maximum: 65535 }),
    }),
    authority: Type.String({ description: "The site's certificate authority in PEM; nothing else is trusted" }),
    stateDirectory: Type.String(),
    joinTokenFile: Type.String({ description: "Read once and deleted after the join" }),
    smartFile: Type.Optional(Type.String({ description: "Where the root-run SMART reader leaves its JSON" })),
    units: Type.Optional(
      Type.Array(Type.String({ maxLength: 128 }), {
        maxItems: 200,
        description: "systemd units whose state is reported, besides `bdap-*` and the base system's",
      }),
    ),
    thresholds: Type.Optional(
      Type.Record(Type.String(), Type.Number(), {
        description: "Overrides of the checks' limits by `<check>.<limit>`, as in `disk-space.warningShare`",
      }),
    ),
  },
  { additionalProperties: false },
);
export type AgentConfiguration = Static<typeof AgentConfiguration>;

/** /etc/bdap/control-plane.json, written by the installer, mode 0640 root:bdap-control-plane; names the files of secrets. */
export const ControlPlaneConfiguration = Type.Object(
  {
    site: Type.String({ minLength: 1, maxLength: 63 }),
    host: Type.String({ description: "DNS name in the server certificate" }),
    listen: Type.Object({ address: Type.String(), port: Type.Integer({ minimum: 0, maximum: 65535 }) }),
    stateDirectory: Type.String(),
    authorityCertificateFile: Type.String(),
    authorityKeyFile: Type.String({ description: "PKCS #8 PEM, 0400" }),
    certificateFile: Type.String(),
    keyFile: Type.String(),
    heartbeatSeconds: Type.Optional(Type.Number({ minimum: 0.2 })),
    unreachableSeconds: Type.Optional(
      Type.Number({ description: "Silence after which a node is unreachable; 30 by default" }),
    ),
    certificateHours: Type.Optional(Type.Number({ description: "Life of a node's certificate; 24 by default" })),
    fleetShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: "Share of nodes failing one check at once that makes it one fleet event",
      }),
    ),
  },
  { additionalProperties: false },
);
export type ControlPlaneConfiguration = Static<typeof ControlPlaneConfiguration>;
