import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { readFileIfThere, writeFileDurably } from "../kernel/files.ts";
import { dumpYaml, UnsafeText } from "../kernel/yaml.ts";
import type { Plan, PlannedNode } from "../schema/plan.ts";
import { Role, type Site } from "../schema/site.ts";

/** Variables to write beside those bdap always writes. Must hold no secrets: the files are readable and fit for git. */
export interface InventoryVariables {
  readonly all?: Readonly<Record<string, unknown>>;
  /** By node name. */
  readonly hosts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const HEADER = "# Written by bdap from plan.json. Put variables of your own in another file of this folder.\n";
const HOSTS_HEADER = "# Written by bdap from plan.json. Put hosts of your own in another inventory file.\n";
const ROLES: readonly string[] = Role.anyOf.map((role) => role.const);

/** The inventory group of the nodes that carry `service`: its name with underscores, `…_service` when a role has that name. */
export function serviceGroup(service: string): string {
  const name = service.replaceAll("-", "_");
  return ROLES.includes(name) ? `${name}_service` : name;
}

/** Every inventory file of a planned site: text by path relative to the inventory folder. */
export function inventoryFiles(
  plan: Plan,
  site: Site,
  variables: InventoryVariables = {},
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  files.set("hosts.yml", HOSTS_HEADER + dumpYaml(hostsOf(plan, site)));
  files.set("group_vars/all/bdap.yml", HEADER + dumpYaml({ ...siteVariables(plan), ...variables.all }));
  for (const node of plan.nodes) {
    const own = { ...nodeVariables(plan, node), ...variables.hosts?.[node.name] };
    files.set(`host_vars/${node.name}/bdap.yml`, HEADER + dumpYaml(own));
  }
  return files;
}

/**
 * Writes the inventory whose main file is `path`. Only files called bdap.yml and hosts.yml are written or removed; files of
 * a person's own beside them stay. Returns the relative paths that were written or removed: none when all was so already.
 */
export async function writeInventory(
  path: string,
  plan: Plan,
  site: Site,
  variables: InventoryVariables = {},
): Promise<string[]> {
  const folder = dirname(path);
  const files = inventoryFiles(plan, site, variables);
  const changed: string[] = [];
  for (const [name, text] of files) {
    if ((await readFileIfThere(join(folder, name))) === text) continue;
    await writeFileDurably(join(folder, name), text);
    changed.push(name);
  }
  return [...changed, ...(await removeForgotten(folder, files))];
}

function hostsOf(plan: Plan, site: Site) {
  const groups = new Map<string, string[]>(ROLES.map((role) => [role, []]));
  for (const node of plan.nodes) {
    for (const group of [...node.roles, ...node.services.map(serviceGroup)]) {
      groups.set(group, [...(groups.get(group) ?? []), node.name]);
    }
  }
  const members = (names: readonly string[]) => ({ hosts: Object.fromEntries(names.map((name) => [name, {}])) });
  return {
    all: {
      hosts: Object.fromEntries(plan.nodes.map((node) => [node.name, connectionOf(node, site)])),
      children: Object.fromEntries([...groups].map(([group, names]) => [group, members(names)])),
    },
  };
}

function connectionOf(node: PlannedNode, site: Site) {
  const key = site.access.keyFile;
  return {
    ansible_host: node.address,
    ansible_port: node.port,
    ansible_user: node.user,
    ...(key === undefined ? {} : { ansible_ssh_private_key_file: fromSite(key) }),
  };
}

function siteVariables(plan: Plan) {
  return {
    bdap_site: plan.site,
    bdap_domain: plan.domain,
    // ssh splits what it is given at spaces, once more than the shell does.
    ansible_ssh_common_args: `-o 'UserKnownHostsFile="${fromSite("known_hosts")}"' -o StrictHostKeyChecking=yes`,
  };
}

function nodeVariables(plan: Plan, node: PlannedNode) {
  const disks = plan.disks.filter((disk) => disk.host === node.name);
  return {
    bdap_roles: node.roles,
    bdap_services: node.services,
    bdap_disks: disks.map((disk) => ({
      serial: asTold(disk.serial),
      path: asTold(disk.byId ?? disk.path),
      wipe: disk.wipe,
    })),
  };
}

/** Text a server told, which Ansible must never take for a template: a serial number could run commands here. */
function asTold(text: string): string | UnsafeText {
  return /\{[{%#]/.test(text) ? new UnsafeText(text) : text;
}

/** A path that stays right when the site directory is moved: Ansible knows where the inventory lies. */
function fromSite(path: string): string {
  return isAbsolute(path) ? path : `{{ inventory_dir }}/../${path}`;
}

async function removeForgotten(folder: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const removed: string[] = [];
  const hosts = await readdir(join(folder, "host_vars")).catch(() => []);
  for (const host of hosts.sort()) {
    const name = `host_vars/${host}/bdap.yml`;
    if (files.has(name) || (await readFileIfThere(join(folder, name)).catch(() => undefined)) === undefined) continue;
    await rm(join(folder, name));
    // Fails, as it should, when a person keeps files of their own in it.
    await rmdir(join(folder, "host_vars", host)).catch(() => undefined);
    removed.push(name);
  }
  return removed;
}
