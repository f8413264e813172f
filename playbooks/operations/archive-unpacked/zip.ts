import { shellQuote } from "#inventory/kernel/shell.ts";
import { modeBits, parseMode } from "../mode.ts";
import type { KnownOwners } from "../ownership.ts";
import type { Probe, Unpacking } from "./probe.ts";
import type { Comparison } from "./unpacking.ts";

/** One line of `zipinfo -T -s`. */
interface ZipEntry {
  readonly type: string;
  readonly permissions: string;
  readonly size: number;
  /** Local time of the host: `20260131.120000`. */
  readonly time: string;
  readonly path: string;
}

/** One path of the folder as it is. */
interface Present {
  readonly kind: string;
  readonly mode: number;
  readonly size: number;
  readonly owner: string;
  readonly group: string;
  readonly time: string;
}

/** How a zip compares with the folder, name by name, in the lines of change of the original. */
export async function compareZip(
  unpacking: Unpacking,
  probe: Probe,
  known: KnownOwners,
): Promise<Comparison | { readonly problem: string }> {
  const { dest, context, wanted, args } = unpacking;
  const entries = zipEntries(probe.report).filter(({ path }) => !(args.exclude as string[]).includes(path));
  const found = await presentPaths(unpacking, entries);
  const same = await sameContents(unpacking, probe, entries, found);
  const self = (await context.read.run('echo "$(id -un) $(id -gn) $(umask)"')).stdout.trim().split(" ");
  const [user = "root", group = "root", umaskText = "022"] = self;
  const umask = Number.parseInt(umaskText, 8);
  const owner = { name: known.owner?.name ?? user, group: known.group?.name ?? group };
  const lines: string[] = [];
  const newer: string[] = [];
  for (const entry of entries) {
    const type = entry.path.endsWith("/") ? "d" : entry.type === "l" ? "L" : "f";
    const present = found.get(entry.path);
    if (present === undefined) {
      lines.push(`>${type}++++++.?? ${entry.path}\n`);
      continue;
    }
    if (present.kind !== { d: "d", f: "f", L: "l" }[type]) {
      lines.push(`c${type}++++++.?? ${entry.path}\n`);
      continue;
    }
    const item = [..."..........."];
    item.splice(1, 1, type);
    item.splice(9, 2, "?", "?");
    let changed = false;
    const mark = (index: number, letter: string) => {
      item[index] = letter;
      changed = true;
    };
    if (present.kind === "f") {
      const isExact = /^(\d{8}\.\d{6})(?:\.0*)?$/.exec(present.time)?.[1] === entry.time;
      if (args.keep_newer === true && present.time > entry.time && !isExact) {
        newer.push(entry.path);
        continue;
      }
      if (args.keep_newer === true ? entry.time > present.time : !isExact) mark(4, "t");
      if (present.size !== entry.size) mark(3, "s");
      if (!same.has(entry.path)) mark(2, "c");
    }
    if (type !== "L") {
      const mode = wantedMode(wanted.mode, entry, present, umask);
      if (mode !== present.mode) mark(5, "p");
    }
    if (present.owner !== owner.name) mark(6, "o");
    if (present.group !== owner.group) mark(6, "g");
    if (changed) lines.push(`${item.join("")} ${entry.path}\n`);
  }
  if (dest === "") return { problem: "no destination" };
  return { differs: lines.length > 0 || probe.status !== 0, diff: lines.join(""), excluded: newer };
}

function zipEntries(report: string): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (const line of report.split("\n")) {
    const match = /^([dl?-])([rwxstah-]{6,9})\s+\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+(\d{8}\.\d{6})\s(.+)$/.exec(line);
    if (match === null) continue;
    const [, type = "-", permissions = "", size = "0", time = "", path = ""] = match;
    entries.push({ type, permissions, size: Number(size), time, path });
  }
  return entries;
}

async function presentPaths({ dest, context }: Unpacking, entries: readonly ZipEntry[]): Promise<Map<string, Present>> {
  const names = entries.map(({ path }) => `./${path}\0`).join("");
  const format = "%p\\0%y %m %s %u %g %TY%Tm%Td.%TH%TM%TS\\0";
  const script = `cd ${shellQuote(dest)} && xargs -0 -r sh -c 'exec find "$@" -maxdepth 0 -printf "$0"' ${shellQuote(format)} 2>/dev/null | base64 -w0`;
  const outcome = await context.read.run(script, { stdin: names });
  const parts = Buffer.from(outcome.stdout, "base64").toString("utf8").split("\0");
  const found = new Map<string, Present>();
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [kind = "", mode = "0", size = "0", owner = "", group = "", time = ""] = (parts[index + 1] ?? "").split(" ");
    const name = (parts[index] ?? "").slice(2);
    found.set(name, { kind, mode: Number.parseInt(mode, 8), size: Number(size), owner, group, time });
  }
  return found;
}

/** Names of the files whose content is the archive's. */
async function sameContents(
  { dest, context }: Unpacking,
  probe: Probe,
  entries: readonly ZipEntry[],
  found: ReadonlyMap<string, Present>,
): Promise<Set<string>> {
  const candidates = entries.filter(
    ({ path, size }) => found.get(path)?.kind === "f" && found.get(path)?.size === size,
  );
  const same = new Set<string>();
  if (candidates.length === 0) return same;
  // A probe under check mode has removed the archive again; there the times and sizes must do.
  if (probe.folder === undefined && probe.src.includes("/bdap-unpack-"))
    return new Set(candidates.map(({ path }) => path));
  const checks = candidates.map(({ path }, index) => {
    // unzip reads names as patterns.
    const pattern = path.replace(/[[\]*?\\]/g, "\\$&");
    return `if unzip -p ${shellQuote(probe.src)} ${shellQuote(pattern)} 2>/dev/null | cmp -s - ${shellQuote(`./${path}`)}; then echo ${index}; fi\n`;
  });
  for (let start = 0; start < checks.length; start += 200) {
    const outcome = await context.read.run(`cd ${shellQuote(dest)}\n${checks.slice(start, start + 200).join("")}`);
    for (const line of outcome.stdout.split("\n")) {
      const path = line === "" ? undefined : candidates[Number(line)]?.path;
      if (path !== undefined) same.add(path);
    }
  }
  return same;
}

/** Permissions an entry shall have: the task's, or those of the archive, where FAT knows only of folders and programs. */
function wantedMode(mode: unknown, entry: ZipEntry, present: Present, umask: number): number {
  const wanted = parseMode(mode);
  if (wanted !== undefined && wanted.kind !== "invalid") {
    return modeBits(wanted, { mode: present.mode, directory: present.kind === "d", umask });
  }
  const { permissions } = entry;
  if (permissions.length < 9) {
    const isProgram = permissions.startsWith("rwx") || entry.path.endsWith("/");
    return (isProgram ? 0o777 : 0o666) & ~umask;
  }
  return [...permissions].reduce((bits, letter) => bits * 2 + (/[rwxst]/.test(letter) ? 1 : 0), 0);
}
