import { type Static, Type } from "typebox";
import { Role } from "./site.ts";

const ServiceName = Type.String({ pattern: "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$" });

export const ServicePort = Type.Object(
  {
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    protocol: Type.Union([Type.Literal("tcp"), Type.Literal("udp")]),
    from: Type.Union([Type.Literal("anywhere"), Type.Literal("nodes"), Role, ServiceName], {
      description: "Who may connect: anywhere, nodes (of this site), a role, or the nodes of a service",
    }),
    why: Type.String({ minLength: 1, description: "What the port is for; becomes the firewall rule's comment" }),
  },
  { additionalProperties: false },
);
export type ServicePort = Static<typeof ServicePort>;

/** `playbooks/roles/<name>/service.yml`: all the rest of the house needs to know of a service. */
export const Service = Type.Object(
  {
    name: ServiceName,
    title: Type.String({ minLength: 1, description: "As people call it" }),
    says: Type.String({ minLength: 1, description: "What it is there for, one sentence without a full stop" }),
    placement: Type.Object(
      {
        role: Type.Union([Role, Type.Literal("all")], { description: "Role of the nodes it runs on, or all nodes" }),
        count: Type.Union([Type.Integer({ minimum: 1 }), Type.Literal("all")], {
          description: "On how many of them; fewer when there are fewer, down to the minimum",
        }),
        minimum: Type.Optional(
          Type.Integer({
            minimum: 1,
            description: "Fewest nodes it can run on, below which the plan refuses; 1 unless given",
          }),
        ),
      },
      { additionalProperties: false },
    ),
    quorum: Type.Union([Type.Literal("none"), Type.Literal("majority")], {
      description: "majority: its nodes vote, so it is placed on an odd number of distinct nodes",
    }),
    units: Type.Array(Type.String({ pattern: "^[A-Za-z0-9@_.:-]+\\.(service|socket|timer|target|mount)$" }), {
      description: "systemd units that must run on its nodes",
    }),
    ports: Type.Array(ServicePort),
    dependsOn: Type.Array(ServiceName, { description: "Services that must be there first" }),
    health: Type.Object(
      { checks: Type.Array(Type.String(), { description: "Checks of the agent that judge it" }) },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type Service = Static<typeof Service>;
