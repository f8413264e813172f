import { shortName } from "#inventory/loader/host-address.ts";
import { collected, type Directives, type Role } from "../loader/nodes.ts";
import { HostVariables } from "./host-scope.ts";
import { omit } from "./omit.ts";
import type { PlayFrame, VariableStore } from "./variable-store.ts";

/** What magic variables are made of. */
export interface MagicSources {
  readonly store: VariableStore;
  readonly frame: PlayFrame | undefined;
  readonly playbookFolder: string;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly constants: Readonly<Record<string, unknown>>;
}

/** Magic variables of one task on one host; those that cost something are worked out when asked. */
export function magicVariables(
  host: string,
  directives: Directives | undefined,
  sources: MagicSources,
): Readonly<Record<string, unknown>> {
  const { store, frame, groups, playbookFolder } = sources;
  const folder = frame?.play.folder ?? playbookFolder;
  const role = directives?.role;
  const values: Record<string, unknown> = {
    ...sources.constants,
    inventory_hostname: host,
    inventory_hostname_short: shortName(host),
    playbook_dir: folder,
    omit,
    groups,
    get group_names() {
      return store.groupsOf(host);
    },
    get hostvars() {
      return new HostVariables(
        () => store.hosts(),
        (name) => (store.hasHost(name) || ["localhost", "127.0.0.1"].includes(name) ? store.scope(name) : undefined),
      );
    },
  };
  if (frame !== undefined && directives !== undefined)
    Object.defineProperties(values, descriptorsOf(frameVariables(frame)));
  if (role !== undefined) Object.assign(values, roleVariables(role));
  if (directives !== undefined) {
    values["ansible_search_path"] = searchPath(directives, folder);
    values["environment"] = collected(directives, "environment").flatMap((part) =>
      Array.isArray(part) ? part : [part],
    );
  } else values["ansible_search_path"] = [folder];
  return values;
}

function descriptorsOf(values: object): PropertyDescriptorMap {
  return Object.getOwnPropertyDescriptors(values);
}

function frameVariables(frame: PlayFrame) {
  const { play, batch, allHosts } = frame;
  const names = () => [...new Set(play.roles.filter((role) => role.isPublic).map(nameOf))];
  const dependent = () => [...new Set(play.roles.flatMap((role) => role.dependencies.flatMap(namesBelow)))];
  return {
    ansible_play_name: play.name,
    ansible_play_hosts_all: allHosts,
    get ansible_play_batch() {
      const remaining = new Set(frame.remaining());
      return batch.filter((name) => remaining.has(name));
    },
    get ansible_play_hosts() {
      const removed = new Set(frame.removed());
      return allHosts.filter((name) => !removed.has(name));
    },
    get play_hosts() {
      const remaining = new Set(frame.remaining());
      return batch.filter((name) => remaining.has(name));
    },
    get ansible_current_hosts() {
      return frame.remaining();
    },
    get ansible_failed_hosts() {
      return frame.failed();
    },
    get ansible_play_role_names() {
      return names();
    },
    get role_names() {
      return names();
    },
    get ansible_dependent_role_names() {
      return dependent();
    },
    get ansible_role_names() {
      return [...new Set([...dependent(), ...names()])];
    },
  };
}

function namesBelow(role: Role): string[] {
  return [...role.dependencies.flatMap(namesBelow), nameOf(role)];
}

/** A role's name with its collection. */
function nameOf(role: Role): string {
  return role.collection === undefined ? role.name : `${role.collection}.${role.name}`;
}

function roleVariables(role: Role): Readonly<Record<string, unknown>> {
  const parents = rolesUp(role).slice(1);
  return {
    role_name: role.name,
    ansible_role_name: nameOf(role),
    role_path: role.path,
    ansible_collection_name: role.collection ?? null,
    ...(parents.length === 0 || !role.fromInclude
      ? {}
      : {
          ansible_parent_role_names: parents.map(nameOf),
          ansible_parent_role_paths: parents.map((part) => part.path),
        }),
  };
}

/** A role and those it stands in, innermost first. */
export function rolesUp(role: Role): Role[] {
  const roles: Role[] = [];
  for (let at: Role | undefined = role; at !== undefined; at = at.parent) roles.push(at);
  return roles;
}

/** Folders where a task's files are looked for: its roles, its own file's, the playbook's. */
export function searchPath(directives: Directives | undefined, playFolder: string): string[] {
  const folders = directives?.role === undefined ? [] : rolesUp(directives.role).map((role) => role.path);
  if (directives !== undefined) folders.push(directives.folder);
  folders.push(playFolder);
  return [...new Set(folders)];
}
