import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import type { CommandRunner } from "./runner.ts";
import { LAB_ROOT, type LabState, labId, labNames } from "./state.ts";

/** Marks our routes in `ip -N route`. Any number that no routing daemon has registered in /etc/iproute2/rt_protos. */
export const ROUTE_PROTOCOL = "66";
/** Worse than every other route, so that it only counts when the bridge is not there. */
const WORST_METRIC = "4294967294";
const FORWARDING = "/proc/sys/net/ipv4/ip_forward";
const FORWARDING_BEFORE = join(LAB_ROOT, "ip-forward-before");

/** Makes bridge, gateway address, masquerading and the unreachable route. Repeating it is harmless. */
export async function ensureNetwork(lab: LabState, runner: CommandRunner): Promise<void> {
  // First the route: from here on a packet for the lab never leaves the machine, whatever fails later.
  await runner.run("ip", [
    ...["route", "replace", "unreachable", lab.subnet],
    ...["metric", WORST_METRIC, "proto", ROUTE_PROTOCOL],
  ]);
  const there = await runner.run("ip", ["link", "show", "dev", lab.bridge], { tolerant: true });
  if (there.exitCode !== 0) {
    const id = labId(lab.name);
    // A fixed address: else the bridge takes that of a host and changes it when the host goes.
    const mac = `02:bd:a0:${id.slice(0, 2)}:${id.slice(2, 4)}:${id.slice(4, 6)}`;
    await runner.run("ip", ["link", "add", "name", lab.bridge, "address", mac, "type", "bridge"]);
  }
  await runner.run("ip", ["address", "replace", `${lab.gateway}/${lab.prefixLength}`, "dev", lab.bridge]);
  await runner.run("ip", ["link", "set", "dev", lab.bridge, "up"]);
  await runner.run("nft", ["-f", "-"], { input: masqueradeRules(lab) });
  await turnOnForwarding();
}

/** nftables rules of a lab: one table of its own, replaced as a whole. */
export function masqueradeRules(lab: Pick<LabState, "name" | "subnet" | "bridge">): string {
  const { table } = labNames(lab.name);
  return `table ip ${table}
delete table ip ${table}
table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${lab.subnet} oifname != "${lab.bridge}" masquerade
  }
}
`;
}

/** Removes a lab's interfaces and masquerading. The unreachable route stays: a lab that is down is not routed out. */
export async function removeNetwork(name: string, runner: CommandRunner): Promise<void> {
  const { bridge, linkPrefix, table } = labNames(name);
  await runner.run("nft", ["delete", "table", "ip", table], { tolerant: true });
  const links = await linkNames(runner);
  for (const link of links.filter((link) => link === bridge || link.startsWith(linkPrefix))) {
    await runner.run("ip", ["link", "delete", "dev", link], { tolerant: true });
  }
}

/** Sets forwarding back to what it was before the first lab. To be called when no lab is left. */
export async function restoreForwarding(): Promise<void> {
  const before = await readFileIfThere(FORWARDING_BEFORE);
  if (before === undefined) return;
  await writeFile(FORWARDING, before.trim());
  await rm(FORWARDING_BEFORE, { force: true });
}

/** Names of all network interfaces of the machine. */
async function linkNames(runner: CommandRunner): Promise<string[]> {
  const { stdout } = await runner.run("ip", ["-json", "link", "show"]);
  const links: unknown = JSON.parse(stdout);
  if (!Array.isArray(links)) return [];
  return links.map((link: { ifname?: unknown }) => String(link.ifname));
}

async function turnOnForwarding(): Promise<void> {
  const now = (await readFile(FORWARDING, "utf8")).trim();
  if (now !== "0") return;
  await writeFileDurably(FORWARDING_BEFORE, `${now}\n`);
  await writeFile(FORWARDING, "1");
}
