import { access, mkdir, readFile, statfs } from "node:fs/promises";
import ipaddr from "ipaddr.js";
import { isKept } from "./boot.ts";
import { labErrors } from "./errors.ts";
import { readKernelLimits, shortages } from "./kernel-limits.ts";
import { ROUTE_PROTOCOL } from "./network.ts";
import type { CommandRunner } from "./runner.ts";
import { LAB_CACHE, LAB_ROOT, type LabState } from "./state.ts";

interface Missing {
  /** What is missing, as part of a sentence. */
  readonly what: string;
  /** What to do about it; a command line where one exists. */
  readonly remedy: string;
}

/** Programs the lab runs, and the Debian package each comes in. */
const LAB_TOOLS: Readonly<Record<string, string>> = {
  mmdebstrap: "mmdebstrap",
  "systemd-nspawn": "systemd-container",
  nft: "nftables",
  ip: "iproute2",
  nsenter: "util-linux",
  losetup: "mount",
  mount: "mount",
  "mkfs.ext4": "e2fsprogs",
  mkswap: "util-linux",
  sfdisk: "fdisk",
  setsid: "util-linux",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  "apt-config": "apt",
};

const GIB = 2 ** 30;
const IMAGE_BYTES = GIB;
const HOST_BYTES = GIB;

/** Rejects with `LAB_PREFLIGHT_FAILED`, naming everything this machine lacks to run `lab`, each with its remedy. */
export async function preflight(lab: LabState, runner: CommandRunner): Promise<void> {
  // Nothing else can be found out without being root.
  if (process.getuid?.() !== 0) {
    throw labErrors.notReady([{ what: "it needs root", remedy: "Run the same command with sudo." }]);
  }
  const tools = await missingTools(lab);
  if (tools.length > 0) throw labErrors.notReady(tools);
  const missing = [
    ...(await missingFeatures(runner)),
    ...(await missingSpace(lab)),
    ...(await subnetInUse(lab, runner)),
    ...shortages(await readKernelLimits(), await hostsToStart(lab)),
  ];
  if (missing.length > 0) throw labErrors.notReady(missing);
}

/** Hosts of the lab that do not run yet; what runs has its share of the kernel already. */
async function hostsToStart(lab: LabState): Promise<number> {
  const running = await Promise.all(lab.hosts.map((host) => isKept(host)));
  return running.filter((isRunning) => !isRunning).length;
}

async function missingTools(lab: LabState): Promise<Missing[]> {
  const needsPartitions = lab.hosts.some((host) => host.disks.some((disk) => disk.signature === "gpt"));
  const tools = Object.keys(LAB_TOOLS).filter((tool) => tool !== "sfdisk" || needsPartitions);
  const found = await Promise.all(tools.map(async (tool) => ({ tool, there: await isOnPath(tool) })));
  const absent = found.filter(({ there }) => !there).map(({ tool }) => tool);
  if (absent.length === 0) return [];
  const packages = [...new Set(absent.map((tool) => LAB_TOOLS[tool] ?? tool))];
  return [{ what: `${absent.join(", ")} not found`, remedy: `apt-get install --yes ${packages.join(" ")}` }];
}

async function isOnPath(tool: string): Promise<boolean> {
  const directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const found = await Promise.all(directories.map((directory) => isThere(`${directory}/${tool}`)));
  return found.includes(true);
}

async function missingFeatures(runner: CommandRunner): Promise<Missing[]> {
  const missing: Missing[] = [];
  const module = (what: string, name: string) => missing.push({ what, remedy: `modprobe ${name}` });
  const fileSystems = await readFile("/proc/filesystems", "utf8");
  if (!/\toverlay$/m.test(fileSystems)) module("the kernel has no overlay file system", "overlay");
  if (!(await isThere("/dev/loop-control"))) module("the kernel has no loop devices", "loop");
  if (!(await isThere("/proc/sys/net/ipv4/ip_forward"))) {
    missing.push({ what: "the kernel has no IPv4 forwarding", remedy: "Use a kernel with CONFIG_INET." });
  }
  // Trying is the only sure sign: these may be built in, loaded or loadable.
  for (const type of ["bridge", "veth"]) {
    const name = `bdlprobe${type.slice(0, 2)}${process.pid % 1000}`;
    const made = await runner.run("ip", ["link", "add", "name", name, "type", type], { tolerant: true });
    if (made.exitCode === 0) await runner.run("ip", ["link", "delete", "dev", name]);
    else module(`the kernel makes no ${type} interfaces`, type);
  }
  const tables = await runner.run("nft", ["list", "tables"], { tolerant: true });
  if (tables.exitCode !== 0) module("the kernel has no nftables", "nf_tables");
  return missing;
}

async function missingSpace(lab: LabState): Promise<Missing[]> {
  const missing: Missing[] = [];
  const needs = [
    { path: LAB_CACHE, bytes: IMAGE_BYTES * new Set(lab.hosts.map((host) => host.os)).size },
    { path: LAB_ROOT, bytes: HOST_BYTES * lab.hosts.length },
  ];
  for (const { path, bytes } of needs) {
    await mkdir(path, { recursive: true });
    const { bavail, bsize } = await statfs(path);
    if (bavail * bsize >= bytes) continue;
    const what = `${path} has ${gib(bavail * bsize)} GiB free and the lab wants ${gib(bytes)}`;
    missing.push({ what, remedy: `Free space there; df -h ${path} shows what there is.` });
  }
  return missing;
}

async function subnetInUse(lab: LabState, runner: CommandRunner): Promise<Missing[]> {
  const { stdout } = await runner.run("ip", ["-json", "-N", "-4", "route", "show", "table", "all"]);
  const taken = overlappingRoute(lab, JSON.parse(stdout || "[]"));
  if (taken === undefined) return [];
  return [
    {
      what: `${lab.subnet} overlaps ${taken.destination}, which this machine reaches ${taken.by}`,
      remedy: "Choose another network with --subnet, for example: bdap lab up --subnet 10.79.0.0/24",
    },
  ];
}

/**
 * The first route in the output of `ip -json route` that overlaps the lab's subnet; the lab's own, the unreachable ones
 * of labs, and the default route do not count.
 */
export function overlappingRoute(
  lab: Pick<LabState, "subnet" | "bridge">,
  routes: unknown,
): { destination: string; by: string } | undefined {
  const [network, bits] = ipaddr.IPv4.parseCIDR(lab.subnet);
  for (const route of Array.isArray(routes) ? (routes as Record<string, unknown>[]) : []) {
    const destination = String(route["dst"]);
    if (destination === "default" || route["dev"] === lab.bridge) continue;
    if (/^(unreachable|7)$/.test(String(route["type"])) && String(route["protocol"]) === ROUTE_PROTOCOL) continue;
    const cidr = destination.includes("/") ? destination : `${destination}/32`;
    if (!ipaddr.IPv4.isValidCIDR(cidr)) continue;
    const [otherNetwork, otherBits] = ipaddr.IPv4.parseCIDR(cidr);
    if (otherBits === 0) continue;
    const shorter = Math.min(bits, otherBits);
    if (network.match(otherNetwork, shorter)) {
      return { destination, by: route["dev"] === undefined ? "already" : `through ${String(route["dev"])}` };
    }
  }
  return undefined;
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
