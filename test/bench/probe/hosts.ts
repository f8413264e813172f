import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** Everything the bench makes carries this prefix or lies in this folder, and is removed by {@link removeHosts}. */
const PREFIX = "bdpb";
const FOLDER = "/run/bdap-bench-probe";
const BRIDGE = `${PREFIX}0`;
const SUBNET = "10.79.0";

export interface BenchHosts {
  readonly addresses: readonly string[];
  readonly privateKeyFile: string;
  readonly folder: string;
}

/** Light hosts: network namespaces on a bridge of their own, each with an sshd, all sharing this machine's files. */
export async function makeHosts(count: number): Promise<BenchHosts> {
  await removeHosts();
  await mkdir(FOLDER, { recursive: true, mode: 0o700 });
  await mkdir("/run/sshd", { recursive: true });
  for (const key of ["host_key", "user_key"]) {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", join(FOLDER, key)]);
  }
  await writeFile(join(FOLDER, "authorized_keys"), await readFile(join(FOLDER, "user_key.pub")), { mode: 0o600 });
  await ip(`link add ${BRIDGE} type bridge`);
  await ip(`addr add ${SUBNET}.254/24 dev ${BRIDGE}`);
  await ip(`link set ${BRIDGE} up`);
  const addresses = [];
  for (let number = 1; number <= count; number++) addresses.push(await makeHost(number));
  return { addresses, privateKeyFile: join(FOLDER, "user_key"), folder: FOLDER };
}

async function makeHost(number: number): Promise<string> {
  const name = `${PREFIX}-${number}`;
  const address = `${SUBNET}.${number}`;
  await ip(`netns add ${name}`);
  await ip(`link add ${PREFIX}v${number} type veth peer name eth0 netns ${name}`);
  await ip(`link set ${PREFIX}v${number} master ${BRIDGE} up`);
  await ip(`-n ${name} addr add ${address}/24 dev eth0`);
  await ip(`-n ${name} link set eth0 up`);
  await ip(`-n ${name} link set lo up`);
  const configuration = join(FOLDER, `${name}.conf`);
  const lines = [
    `ListenAddress ${address}`,
    `HostKey ${join(FOLDER, "host_key")}`,
    `AuthorizedKeysFile ${join(FOLDER, "authorized_keys")}`,
    `PidFile ${join(FOLDER, `${name}.pid`)}`,
    "PermitRootLogin yes",
    "StrictModes no",
    "UsePAM no",
  ];
  await writeFile(configuration, `${lines.join("\n")}\n`);
  await execa("ip", ["netns", "exec", name, "/usr/sbin/sshd", "-f", configuration]);
  return address;
}

/** Removes what this or a crashed earlier run made, and nothing else. */
export async function removeHosts(): Promise<void> {
  const { stdout: names } = await execa("ip", ["netns", "list"]);
  for (const name of names.split("\n").map((line) => line.split(" ")[0] ?? "")) {
    if (!new RegExp(`^${PREFIX}-\\d+$`).test(name)) continue;
    await endAll(name);
    await ip(`netns delete ${name}`);
  }
  await execa("ip", ["link", "delete", BRIDGE], { reject: false });
  await rm(FOLDER, { recursive: true, force: true });
}

/** Ends every process inside one namespace of ours: those are all ours. */
async function endAll(name: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { stdout } = await execa("ip", ["netns", "pids", name]);
    const pids = stdout.split("\n").filter((pid) => pid !== "");
    if (pids.length === 0) return;
    await execa("kill", ["-KILL", ...pids], { reject: false });
    await sleep(20);
  }
}

async function ip(words: string): Promise<void> {
  await execa("ip", words.split(" "));
}
