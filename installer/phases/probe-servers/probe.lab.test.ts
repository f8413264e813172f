import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Secret } from "#inventory/kernel/secret.ts";
import { selectTargets } from "#inventory/select/targets.ts";
import { openSite, type SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import type { Endpoint } from "#playbooks/connectors/connector.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import {
  type LabHost,
  type LabState,
  labDown,
  labFault,
  labState,
  labUp,
  loadLabProfile,
  withOverrides,
} from "../../lab/lab.ts";
import type { ProbeEvent } from "./events.ts";
import { probeSite } from "./probe-site.ts";

const NAME = "probe-test";
let lab: LabState;
let key: Secret;
let folder: string;
let site: SiteDirectory;
let events: ProbeEvent[];

beforeAll(async () => {
  await labDown(NAME);
  await labUp(withOverrides(await loadLabProfile("tiny"), { name: NAME, subnet: "10.80.0.0/24" }));
  lab = await labState(NAME);
  key = new Secret(await readFile(lab.keyFile, "utf8"));
});
afterAll(() => labDown(NAME));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-probe-lab-"));
  site = openSite(folder);
  events = [];
  return () => rm(folder, { recursive: true, force: true });
});

const host = (index: number): LabHost => {
  const found = lab.hosts[index];
  if (found === undefined) throw new Error(`the tiny profile has no host ${index}`);
  return found;
};
const addresses = () => lab.hosts.map((one) => one.address);
const endpoint = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({
  host: address,
  address,
  port: 22,
  user: "root",
  privateKey: key,
  ...more,
});

function probe(targets: readonly string[], more: Partial<Endpoint> = {}, sudoPassword?: Secret, publicKey?: string) {
  return probeSite({
    site,
    targets: selectTargets(targets),
    access: {
      endpoint: (target) => endpoint(target.address, more),
      sudoPassword,
      ...(publicKey === undefined ? {} : { publicKey }),
    },
    port: 22,
    concurrency: 10,
    acceptNewHostKeys: true,
    reachabilityPorts: [1],
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
  });
}

test("every host is read as root, disks by serial; names, keys and the comparison are right", async () => {
  const report = await probe(addresses());
  expect(report.servers.map((row) => row.status)).toEqual(lab.hosts.map(() => "read"));
  const facts = await site.readFacts();
  expect(facts.map((one) => one.facts.identity.value?.hostname).sort()).toEqual(
    lab.hosts.map((one) => one.name).sort(),
  );
  for (const one of facts) {
    const known = lab.hosts.find((each) => each.address === one.address);
    const serials = one.facts.disks.value?.disks.map((disk) => disk.serial).sort();
    expect(serials).toEqual(known?.disks.map((disk) => disk.serial).sort());
    expect(one.privileged).toBe(true);
    expect((await readdir(join(folder, "facts", `${one.host}.raw`))).length).toBeGreaterThan(20);
  }
  expect(events.filter((event) => event.type === "host-key-pinned")).toHaveLength(lab.hosts.length);
  // Lab hosts share the machine's clock and differ in all else; nothing listens on port 1, and that is no finding.
  expect(report.findings).toEqual([]);
  expect(report.reachability?.results.every((one) => one.port === 1 && one.reach === "closed")).toBe(true);
  expect(JSON.parse(await readFile(join(folder, "comparison.json"), "utf8"))).toMatchObject({
    version: 1,
    findings: [],
  });
});

test("a user with sudo and its password reads the same, a user whose sudo needs none too, and nothing secret is kept", async () => {
  const password = (await readFile(lab.adminPasswordFile, "utf8")).trim();
  const asAdmin = await probe([host(0).address], { user: "admin" }, new Secret(password));
  const asOps = await probe([host(1).address], { user: "ops" });
  expect([...asAdmin.servers, ...asOps.servers]).toMatchObject([
    { status: "read", unprivileged: null },
    { status: "read", unprivileged: null },
  ]);
  for (const name of await readdir(folder, { recursive: true })) {
    const text = await readFile(join(folder, name), "utf8").catch(() => "");
    expect(text.includes(password), `${name} holds the sudo password`).toBe(false);
  }
});

test("without root's rights the reading says so and guesses nothing about disks", async () => {
  const report = await probe([host(0).address], { user: "admin" });
  expect(report.servers).toMatchObject([{ status: "read", unprivileged: expect.stringContaining("password") }]);
  const [facts] = await site.readFacts();
  expect(facts?.privileged).toBe(false);
  expect(facts?.facts.disks.value?.disks.some((disk) => disk.empty === true) ?? false).toBe(false);
});

test("a wrong sudo password, a wrong user and a dead address are rows with their cause; the others are read", async () => {
  const wrong = await probe([host(0).address], { user: "admin" }, new Secret("wrong-password"));
  expect(wrong.servers).toMatchObject([
    { status: "failed", error: { code: "PLAYBOOKS_BECOME_REFUSED", kind: "environment" } },
  ]);
  const nobody = await probe([host(0).address], { user: "no-such-user" });
  expect(nobody.servers).toMatchObject([{ status: "failed", error: { code: "PLAYBOOKS_LOGIN_REFUSED" } }]);
  const dead = await probe(["10.80.0.250", host(0).address]);
  expect(dead.servers).toMatchObject([
    { status: "failed", error: { code: "PLAYBOOKS_HOST_UNREACHABLE" } },
    { status: "read", address: host(0).address },
  ]);
});

test("a password where the key is not known yet, the key installed once, then the key alone", async () => {
  const one = host(1);
  const root = await connectSsh(endpoint(one.address), { hostKeys: openKnownHosts(site.paths.knownHosts) });
  const password = randomBytes(12).toString("hex");
  await root.run({
    script:
      "useradd -m newcomer; chpasswd; mkdir -p /etc/ssh/sshd_config.d; printf 'PasswordAuthentication yes\\n' >/etc/ssh/sshd_config.d/01-test.conf; systemctl reload ssh",
    stdin: `newcomer:${password}\n`,
  });
  await root.close();
  const publicKey = await readFile(`${lab.keyFile}.pub`, "utf8");
  const access = { user: "newcomer", password: new Secret(password) };
  const first = await probe([one.address], access, undefined, publicKey);
  expect(first.servers).toMatchObject([{ status: "read" }]);
  expect(events.filter((event) => event.type === "key-installed")).toMatchObject([
    { user: "newcomer", already: false },
  ]);
  const second = await probe([one.address], { user: "newcomer" }, undefined, publicKey);
  expect(second.servers).toMatchObject([{ status: "read" }]);
  expect(events.filter((event) => event.type === "key-installed")).toHaveLength(1);
});

test("becoming another user by su, and a full disk that leaves the old file whole", async () => {
  const hostKeys = openKnownHosts(site.paths.knownHosts);
  const connector = await connectSsh(endpoint(host(0).address), { hostKeys });
  const asOps = await connector.run({ script: "id -un; echo $HOME", become: { user: "ops", method: "su" } });
  expect(asOps.stdout).toBe("ops\n/home/ops\n");
  const setUp = await connector.run({ script: "mkdir -p /mnt/small && mount -t tmpfs -o size=100k tmpfs /mnt/small" });
  expect(setUp.status).toBe(0);
  await connector.writeFile({ path: "/mnt/small/file", content: "old" });
  // The first travels with the script, the second on a channel of its own.
  for (const size of [120_000, 3_000_000]) {
    await expect(connector.writeFile({ path: "/mnt/small/file", content: randomBytes(size) })).rejects.toMatchObject({
      code: "PLAYBOOKS_DISK_FULL",
    });
  }
  const after = await connector.run({ script: "cat /mnt/small/file; ls -A /mnt/small" });
  expect(after.stdout).toBe("oldfile\n");
  await connector.close();
});

test("a changed host key stops that host alone, before anything is sent to it", async () => {
  await probe(addresses());
  const [type, encoded] = (await readFile(`${lab.keyFile}.pub`, "utf8")).split(" ");
  const lines = (await readFile(site.paths.knownHosts, "utf8")).split("\n");
  const changed = lines.map((line) =>
    line.startsWith(`${host(0).address} `) ? `${host(0).address} ${type} ${encoded}` : line,
  );
  await writeFile(site.paths.knownHosts, changed.join("\n"));
  const report = await probe(addresses());
  expect(report.servers).toMatchObject([
    { status: "failed", error: { code: "PLAYBOOKS_HOST_KEY_CHANGED", hint: expect.stringContaining("known_hosts") } },
    { status: "read" },
  ]);
});

test("a host that loses power while a script runs leaves its outcome unknown; a host that is off is a row", async () => {
  const hostKeys = openKnownHosts(site.paths.knownHosts);
  const connector = await connectSsh(endpoint(host(1).address), { hostKeys });
  const running = connector.run({ script: "echo begun; sleep 300" });
  running.catch(() => {});
  await connector.run({ script: "true" });
  await labFault(NAME, host(1).name, { kind: "power-off" });
  await expect(running).rejects.toMatchObject({ code: "PLAYBOOKS_OUTCOME_UNKNOWN" });
  await connector.close();
  const report = await probe(addresses());
  expect(report.servers).toMatchObject([
    { status: "read", address: host(0).address },
    { status: "failed", address: host(1).address, error: { code: "PLAYBOOKS_HOST_UNREACHABLE" } },
  ]);
  await labFault(NAME, host(1).name, { kind: "power-on" });
});

test("a cut network is noticed by itself: the outcome is unknown, and closing does not hang", async () => {
  const hostKeys = openKnownHosts(site.paths.knownHosts);
  const connector = await connectSsh(endpoint(host(0).address), { hostKeys });
  const running = connector.run({ script: "sleep 300" });
  running.catch(() => {});
  await connector.run({ script: "true" });
  await labFault(NAME, host(0).name, { kind: "cut-network" });
  await expect(running).rejects.toMatchObject({ code: "PLAYBOOKS_OUTCOME_UNKNOWN" });
  await expect(connector.run({ script: "true" })).rejects.toMatchObject({ code: "PLAYBOOKS_HOST_UNREACHABLE" });
  await connector.close();
  await labFault(NAME, host(0).name, { kind: "heal-network" });
});
