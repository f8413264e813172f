import { type Static, Type } from "typebox";

export const Role = Type.Union(
  [Type.Literal("storage"), Type.Literal("cpu"), Type.Literal("gpu"), Type.Literal("service")],
  {
    description: "What a node does: storage, cpu, gpu or service; a node may have several",
  },
);
export type Role = Static<typeof Role>;

const Name = Type.String({ pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", description: "One DNS label, lower case" });

/** How to log in to the servers. Secrets are named by the file that holds them, never written here. */
export const Access = Type.Object(
  {
    user: Type.Optional(Type.String({ description: "Account to log in with; root unless given" })),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "SSH port; 22 unless given" })),
    keyFile: Type.Optional(
      Type.String({ description: "Private key file, absolute or relative to the site directory" }),
    ),
    useAgent: Type.Optional(Type.Boolean({ description: "Try the SSH agent of whoever runs bdap" })),
    passwordFile: Type.Optional(Type.String({ description: "File with the login password" })),
    sudoPasswordFile: Type.Optional(
      Type.String({ description: "File with the sudo password, when sudo asks for one" }),
    ),
  },
  { additionalProperties: false },
);
export type Access = Static<typeof Access>;

/** A person's word against the proposed roles of one server. */
export const RoleOverride = Type.Object(
  {
    server: Type.String({ description: "Node name or address" }),
    roles: Type.Array(Role),
    by: Type.String({ description: "Who decided" }),
    why: Type.String({ minLength: 1, description: "Why" }),
    at: Type.Optional(Type.String({ description: "When, ISO 8601" })),
  },
  { additionalProperties: false },
);
export type RoleOverride = Static<typeof RoleOverride>;

/** Permission to destroy what is on one disk, once. */
export const WipePermission = Type.Object(
  {
    server: Type.String({ description: "Node name" }),
    serial: Type.String({ minLength: 1, description: "Serial of the disk" }),
    phrase: Type.String({ description: "Exactly `wipe <serial> on <server>`" }),
  },
  { additionalProperties: false },
);
export type WipePermission = Static<typeof WipePermission>;

export const Administrator = Type.Object(
  {
    name: Type.String({ pattern: "^[a-z_][a-z0-9_-]{0,31}$", description: "Login name to make on every node" }),
    keys: Type.Array(Type.String({ description: "OpenSSH public keys" }), { minItems: 1 }),
  },
  { additionalProperties: false },
);

/** `site.yml`: every answer the installer needs. The wizard writes it; a person may write it by hand. */
export const Site = Type.Object(
  {
    site: Name,
    domain: Type.Optional(
      Type.String({ pattern: "^[a-z0-9.-]+$", description: "DNS domain of the nodes; <site>.internal unless given" }),
    ),
    servers: Type.Union(
      [
        Type.Array(Type.String(), { minItems: 1 }),
        Type.Object({ inventory: Type.String() }, { additionalProperties: false }),
      ],
      {
        description:
          "Addresses, names, ranges such as 10.0.0.[10-40] or node[01-40], CIDR ranges; or an Ansible inventory file",
      },
    ),
    access: Access,
    names: Type.Optional(
      Type.Record(Type.String(), Name, {
        description: "Node name by server address; the server's own host name unless given",
      }),
    ),
    overrides: Type.Optional(Type.Array(RoleOverride)),
    exclude: Type.Optional(
      Type.Array(Type.String(), { description: "Servers that were found but shall not be part of the site" }),
    ),
    services: Type.Optional(
      Type.Record(Type.String(), Type.Object({ nodes: Type.Array(Name) }, { additionalProperties: false }), {
        description: "Nodes for a service, by service name; the plan places it unless given",
      }),
    ),
    disks: Type.Optional(
      Type.Object(
        {
          exclude: Type.Optional(Type.Array(Type.String({ description: "Serial" }))),
          wipe: Type.Optional(Type.Array(WipePermission)),
        },
        { additionalProperties: false },
      ),
    ),
    storage: Type.Optional(
      Type.Object(
        {
          replicas: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 5, description: "Copies of every byte; 2 unless given" }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    time: Type.Optional(
      Type.Object(
        { servers: Type.Optional(Type.Array(Type.String())), zone: Type.Optional(Type.String()) },
        { additionalProperties: false },
      ),
    ),
    administrators: Type.Optional(Type.Array(Administrator)),
    firewall: Type.Optional(
      Type.Object(
        {
          sshFrom: Type.Optional(
            Type.Array(Type.String({ description: "CIDR ranges allowed to reach SSH; everywhere unless given" })),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    certificates: Type.Optional(
      Type.Array(Type.String(), { description: "Extra CA certificate files the nodes trust" }),
    ),
    rules: Type.Optional(
      Type.String({
        description:
          "File with the site's own classification rules; rules.yml in the site directory if present, else the default",
      }),
    ),
    minimum: Type.Optional(
      Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
        description: "Fewest nodes per role, below which the plan refuses",
      }),
    ),
  },
  { additionalProperties: false },
);
export type Site = Static<typeof Site>;
