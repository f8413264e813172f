import { shellQuote } from "#inventory/kernel/shell.ts";
import { chmodOperand, modeBits, modeText, parseMode } from "./mode.ts";
import type { Argument } from "./operation.ts";
import type { PathStat } from "./path-state.ts";
import { guarded } from "./path-state.ts";

/** Owner, group and mode as a task wants them; what is undefined stays as it is. */
export interface WantedOwnership {
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly mode: unknown;
}

/** The arguments every module about files has. */
export const OWNERSHIP_ARGUMENTS: Readonly<Record<string, Argument>> = {
  owner: { type: "str", description: "User that owns the path, by name or number." },
  group: { type: "str", description: "Group that owns the path, by name or number." },
  mode: { type: "raw", description: "Permissions: octal digits in quotes, a number, or symbolic as chmod takes it." },
  unsafe_writes: { type: "bool", default: false, description: "Accepted; files are always replaced whole." },
  attributes: { type: "str", aliases: ["attr"], description: "File attributes as chattr knows them; not supported." },
  seuser: { type: "str", description: "SELinux user; not supported." },
  serole: { type: "str", description: "SELinux role; not supported." },
  setype: { type: "str", description: "SELinux type; not supported." },
  selevel: { type: "str", description: "SELinux level; not supported." },
};

const UNSUPPORTED = ["attributes", "seuser", "serole", "setype", "selevel"] as const;

/** Why these arguments cannot be served natively, or undefined. */
export function unsupportedOwnership(args: Readonly<Record<string, unknown>>): string | undefined {
  const asked = UNSUPPORTED.filter((name) => typeof args[name] === "string" && args[name] !== "");
  return asked.length === 0 ? undefined : `not supported by the native module: ${asked.join(", ")}`;
}

export function wantedOwnership(args: Readonly<Record<string, unknown>>): WantedOwnership {
  const name = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return { owner: name(args.owner), group: name(args.group), mode: args.mode ?? undefined };
}

/** Numbers and names of the wanted owner and group, where the host knows them. */
export interface KnownOwners {
  readonly owner?: { readonly id: number; readonly name: string };
  readonly group?: { readonly id: number; readonly name: string };
}

/** Shell that prints what {@link parseOwners} reads. */
export function describeOwners(wanted: WantedOwnership): string {
  const lookUp = (database: string, label: string, name: string | undefined) =>
    name === undefined ? "" : `echo "${label} $(getent ${database} ${shellQuote(guarded(name))} | cut -d: -f1,3)"\n`;
  return lookUp("passwd", "owner", wanted.owner) + lookUp("group", "group", wanted.group);
}

export function parseOwners(output: string, wanted: WantedOwnership): KnownOwners {
  const find = (label: string, name: string | undefined) => {
    if (name === undefined) return undefined;
    const line = output.split("\n").find((candidate) => candidate.startsWith(`${label} `));
    const [found, id] = (line ?? "").slice(label.length + 1).split(":");
    if (found !== undefined && found !== "" && id !== undefined) return { id: Number(id), name: found };
    return /^\d+$/.test(name) ? { id: Number(name), name } : undefined;
  };
  const owner = find("owner", wanted.owner);
  const group = find("group", wanted.group);
  return { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) };
}

/** What must be done to a path for its owner, group and mode, or why it cannot be. */
export interface OwnershipChange {
  readonly differs: boolean;
  /** Shell that makes it so; empty when nothing differs. */
  readonly script: string;
  /** The differing values, as Ansible shows them in a diff. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  /** What stat will say afterwards. */
  readonly result: PathStat;
}

export type OwnershipFailure = { readonly failure: Readonly<Record<string, unknown>> & { readonly msg: string } };

/** Compares `stat` (of `path`, links not followed) with what is wanted. The mode of a link is never changed. */
export function ownershipChange(
  path: string,
  stat: PathStat,
  wanted: WantedOwnership,
  known: KnownOwners,
  umask: number,
): OwnershipChange | OwnershipFailure {
  const missing = missingOwner(path, wanted, known);
  if (missing !== undefined) return missing;
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  const uid = known.owner?.id ?? stat.uid;
  const gid = known.group?.id ?? stat.gid;
  if (uid !== stat.uid) [before.owner, after.owner] = [stat.uid, uid];
  if (gid !== stat.gid) [before.group, after.group] = [stat.gid, gid];
  const operand = guarded(path);
  const lines: string[] = [];
  if ("owner" in after || "group" in after) lines.push(`chown -h ${uid}:${gid} ${shellQuote(operand)}`);

  const parsed = parseMode(wanted.mode);
  if (parsed?.kind === "invalid") {
    return { failure: { msg: "mode must be in octal or symbolic form", details: parsed.details, path } };
  }
  let mode = stat.mode;
  if (parsed !== undefined && stat.kind !== "link") {
    mode = modeBits(parsed, { mode: stat.mode, directory: stat.kind === "directory", umask });
    // chown takes the setuid and setgid bits away, so wanted ones are set again after it.
    const cleared = lines.length > 0 && (mode & 0o6000) !== 0;
    if (mode !== stat.mode || cleared) lines.push(`chmod ${chmodOperand(mode)} ${shellQuote(operand)}`);
    if (mode !== stat.mode) [before.mode, after.mode] = [modeText(stat.mode), modeText(mode)];
  }
  const names = { owner: known.owner?.name ?? stat.owner, group: known.group?.name ?? stat.group };
  return {
    differs: Object.keys(after).length > 0,
    script: lines.length === 0 ? "" : `${lines.join("\n")}\n`,
    before,
    after,
    result: { ...stat, uid, gid, mode, ...names },
  };
}

/** The failure for an owner or group the host does not know, or undefined. */
export function missingOwner(path: string, wanted: WantedOwnership, known: KnownOwners): OwnershipFailure | undefined {
  if (wanted.owner !== undefined && known.owner === undefined) {
    return { failure: { msg: `chown failed: failed to look up user ${wanted.owner}`, path } };
  }
  if (wanted.group !== undefined && known.group === undefined) {
    return { failure: { msg: `chgrp failed: failed to look up group ${wanted.group}`, path } };
  }
  return undefined;
}
