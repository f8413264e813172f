import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadYaml, UnsafeText } from "../kernel/yaml.ts";
import type { Plan } from "../schema/plan.ts";
import type { Site } from "../schema/site.ts";
import { inventoryFiles, serviceGroup, writeInventory } from "./ansible-inventory.ts";

const site: Site = { site: "lab", servers: ["10.0.0.1"], access: { keyFile: "keys/id" } };
const node = (name: string, address: string, roles: Plan["nodes"][number]["roles"], services: string[]) => ({
  name,
  address,
  port: 22,
  user: "root",
  roles,
  services,
  os: "debian 13",
});
const plan = (nodes: Plan["nodes"]): Plan => ({
  version: 1,
  site: "lab",
  domain: "lab.internal",
  id: "",
  nodes,
  verdicts: [],
  services: [],
  disks: [
    {
      host: "st1",
      serial: "Z1",
      byId: "/dev/disk/by-id/ata-Z1",
      path: "/dev/sda",
      model: null,
      sizeBytes: 1,
      kind: "hdd",
      wipe: true,
      destroys: [],
    },
  ],
  untouchedDisks: [],
  capacity: {
    rawBytes: 0,
    netBytes: 0,
    replicas: 2,
    cores: 0,
    threads: 0,
    memoryBytes: 0,
    memoryGigabytesPerCore: null,
    gpus: 0,
  },
  steps: [],
  estimateSeconds: 0,
  findings: [],
});
const two = plan([
  node("st1", "10.0.0.1", ["storage"], ["agent", "storage"]),
  node("svc1", "10.0.0.2", ["service", "cpu"], ["agent", "control-plane"]),
]);

describe("inventoryFiles", () => {
  const read = (name: string) =>
    loadYaml(inventoryFiles(two, site, { hosts: { st1: { note: 1 } } }).get(name) ?? "", name);

  it("never lets what a server told be taken for a template", () => {
    const told = "{{ lookup('pipe', 'id') }}";
    const disks = two.disks.map((disk) => ({ ...disk, serial: told, byId: `/dev/disk/by-id/ata-${told}` }));
    const text = inventoryFiles({ ...two, disks }, site).get("host_vars/st1/bdap.yml") ?? "";
    expect(loadYaml(text, "bdap.yml")).toMatchObject({
      bdap_disks: [{ serial: new UnsafeText(told), path: new UnsafeText(`/dev/disk/by-id/ata-${told}`) }],
    });
  });

  it("groups nodes by role and by service, all roles being there", () => {
    expect(read("hosts.yml")).toMatchObject({
      all: {
        hosts: {
          st1: {
            ansible_host: "10.0.0.1",
            ansible_port: 22,
            ansible_user: "root",
            ansible_ssh_private_key_file: "{{ inventory_dir }}/../keys/id",
          },
        },
        children: {
          storage: { hosts: { st1: {} } },
          gpu: { hosts: {} },
          cpu: { hosts: { svc1: {} } },
          service: { hosts: { svc1: {} } },
          agent: { hosts: { st1: {}, svc1: {} } },
          control_plane: { hosts: { svc1: {} } },
          storage_service: { hosts: { st1: {} } },
        },
      },
    });
  });

  it("pins host keys and tells every node its own", () => {
    expect(read("group_vars/all/bdap.yml")).toEqual({
      bdap_site: "lab",
      bdap_domain: "lab.internal",
      ansible_ssh_common_args:
        "-o 'UserKnownHostsFile=\"{{ inventory_dir }}/../known_hosts\"' -o StrictHostKeyChecking=yes",
    });
    expect(read("host_vars/st1/bdap.yml")).toEqual({
      bdap_roles: ["storage"],
      bdap_services: ["agent", "storage"],
      bdap_disks: [{ serial: "Z1", path: "/dev/disk/by-id/ata-Z1", wipe: true }],
      note: 1,
    });
  });

  it("never gives a service the group of a role", () => {
    expect(["gpu", "control-plane", "lab"].map(serviceGroup)).toEqual(["gpu_service", "control_plane", "lab"]);
  });
});

describe("writeInventory", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bdap-inventory-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("writes nothing the second time, and forgets nodes that are gone but not what a person wrote", async () => {
    const path = join(folder, "inventory", "hosts.yml");
    expect(await writeInventory(path, two, site)).toHaveLength(4);
    expect(await writeInventory(path, two, site)).toEqual([]);
    const mine = join(folder, "inventory", "host_vars", "svc1", "mine.yml");
    await writeFile(mine, "a: 1\n");
    await mkdir(join(folder, "inventory", "host_vars", "other"));
    const one = plan(two.nodes.slice(0, 1));
    expect(await writeInventory(path, one, site)).toEqual(["hosts.yml", "host_vars/svc1/bdap.yml"]);
    expect(await readFile(mine, "utf8")).toBe("a: 1\n");
    expect(await readdir(join(folder, "inventory", "host_vars"))).toEqual(["other", "st1", "svc1"]);
  });
});
