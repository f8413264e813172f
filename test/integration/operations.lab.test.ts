import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LabHost, type LabState, labDown, labUp } from "#installer/lab/lab.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Connector } from "#playbooks/connectors/connector.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import { authorizedKeyPresent } from "#playbooks/operations/authorized-key-present/operation.ts";
import { fileCopied } from "#playbooks/operations/file-copied/operation.ts";
import { groupPresent } from "#playbooks/operations/group-present/operation.ts";
import { hostnameSet } from "#playbooks/operations/hostname-set/operation.ts";
import { kernelParameterSet } from "#playbooks/operations/kernel-parameter-set/operation.ts";
import type { ModuleResult, Operation } from "#playbooks/operations/operation.ts";
import { packagesInstalled } from "#playbooks/operations/packages-installed/operation.ts";
import { packagesRead } from "#playbooks/operations/packages-read/operation.ts";
import { servicesRead } from "#playbooks/operations/services-read/operation.ts";
import { runOperation } from "#playbooks/operations/testing.ts";
import { unitRunning } from "#playbooks/operations/unit-running/operation.ts";
import { userPresent } from "#playbooks/operations/user-present/operation.ts";

const NAME = "operations-test";
const HOSTS = ["thirteen", "twelve"] as const;
type Raw = Readonly<Record<string, unknown>>;

let lab: LabState;
const connectors = new Map<string, Connector>();

beforeAll(async () => {
  lab = await labUp({
    name: NAME,
    subnet: "10.81.0.0/24",
    hosts: [
      { name: "thirteen", os: "trixie", memory: "1G" },
      { name: "twelve", os: "bookworm", memory: "1G" },
    ],
  });
  const privateKey = new Secret(await readFile(lab.keyFile, "utf8"));
  for (const host of lab.hosts) connectors.set(host.name, await connect(host, privateKey));
});

afterAll(async () => {
  for (const connector of connectors.values()) await connector.close();
  await labDown(NAME);
});

function connect(host: LabHost, privateKey: Secret): Promise<Connector> {
  const endpoint = { host: host.name, address: host.address, port: 22, user: "root", privateKey };
  return connectSsh(endpoint, { hostKeys: openKnownHosts(lab.knownHostsFile) });
}

describe.each(HOSTS)("operations on %s", (name) => {
  const connector = () => {
    const found = connectors.get(name);
    if (found === undefined) throw new Error(`no connection to ${name}`);
    return found;
  };
  const run = (operation: Operation, raw: Raw, options = {}) =>
    runOperation(connector(), "/nonexistent", operation, raw, options);
  const shell = async (script: string) => (await connector().run({ script })).stdout.trim();

  /** Check mode predicts, one apply does it, the next one plans nothing. */
  async function prove(operation: Operation, raw: Raw): Promise<ModuleResult> {
    const predicted = (await run(operation, raw, { check: true })).result;
    const first = (await run(operation, raw)).result;
    const second = await run(operation, raw);
    expect(first.failed, String(first.msg)).not.toBe(true);
    expect({ predicted: predicted.changed, first: first.changed }).toEqual({ predicted: true, first: true });
    expect(second.plan.changes).toEqual([]);
    expect(second.result.changed).toBe(false);
    return first;
  }

  it("installs and removes a package, and refuses an unknown one", async () => {
    const installed = await prove(packagesInstalled, { name: ["bc"], update_cache: true, cache_valid_time: 3600 });
    expect(installed).toMatchObject({ cache_updated: expect.any(Boolean) });
    expect(await shell("echo 6*7 | bc")).toBe("42");
    const unknown = await run(packagesInstalled, { name: ["no-such-package-here"] });
    expect(unknown.result).toMatchObject({
      failed: true,
      msg: "No package matching 'no-such-package-here' is available",
    });
    const latest = await run(packagesInstalled, { name: "bc", state: "latest" });
    expect(latest.plan.changes).toEqual([]);
    await prove(packagesInstalled, { name: "bc", state: "absent", purge: true });
    expect(await shell("command -v bc || echo gone")).toBe("gone");
  });

  it("says who holds the package lock, and repairs an interrupted dpkg", async () => {
    // struct flock of x86-64 Linux, a write lock on the whole file: what apt and dpkg take.
    const program =
      'open F,">>","/var/lib/dpkg/lock-frontend" or die; $l=pack("s s x4 q q i x4",1,0,0,0,0); fcntl(F,6,$l) or die; sleep 60';
    const holder = await shell(`setsid perl -e ${shellQuote(program)} >/dev/null 2>&1 </dev/null & echo $!; sleep 1`);
    const refused = await run(packagesInstalled, { name: "bc", lock_timeout: 1 });
    expect(refused.result).toMatchObject({ failed: true, changed: false });
    expect(String(refused.result.msg)).toContain(`is still held by process ${holder} (perl)`);
    await shell(`kill ${holder}`);
    await shell("cp /var/lib/dpkg/status /var/lib/dpkg/updates/0000");
    await prove(packagesInstalled, { name: "bc" });
    await run(packagesInstalled, { name: "bc", state: "absent" });
  });

  it("makes, changes and removes groups and accounts, with the password never in sight", async () => {
    await prove(groupPresent, { name: "scientists", gid: 4321 });
    await prove(groupPresent, { name: "scientists", gid: 4322 });
    const hash = "$6$salt$notarealhashnotarealhash";
    const made = await prove(userPresent, {
      name: "ada",
      uid: 4400,
      groups: ["scientists"],
      shell: "/bin/bash",
      comment: "Ada L. $(id)",
      password: hash,
    });
    expect(made).toMatchObject({
      uid: 4400,
      home: "/home/ada",
      shell: "/bin/bash",
      groups: "scientists",
      create_home: true,
    });
    expect(JSON.stringify(made)).not.toContain("notarealhash");
    expect(await shell("getent shadow ada | cut -d: -f2; id -nG ada; stat -c %U /home/ada")).toBe(
      `${hash}\nada scientists\nada`,
    );
    await prove(userPresent, { name: "ada", groups: ["users"], append: true, shell: "/bin/sh" });
    expect(await shell("id -nG ada")).toBe("ada users scientists");
    await prove(userPresent, { name: "ada", groups: [] });
    await prove(userPresent, { name: "ada", password_lock: true });
    expect(await shell("getent shadow ada | cut -c1-5")).toBe("ada:!");
    const nobody = await run(userPresent, { name: "ada", group: "no-such-group" });
    expect(nobody.result).toMatchObject({ failed: true, msg: "Group no-such-group does not exist" });
    await prove(userPresent, { name: "ada", state: "absent", remove: true });
    expect(await shell("ls -d /home/ada 2>/dev/null || echo gone")).toBe("gone");
    await prove(groupPresent, { name: "scientists", state: "absent" });
  });

  it("reads services and packages", async () => {
    const services = (await run(servicesRead, {})).result.ansible_facts;
    expect(services).toMatchObject({
      services: { "ssh.service": { name: "ssh.service", state: "running", status: "enabled", source: "systemd" } },
    });
    const packages = (await run(packagesRead, {})).result.ansible_facts;
    expect(packages).toMatchObject({ packages: { sudo: [{ name: "sudo", source: "apt" }] } });
  });

  it("accepts a key for a user and sets a kernel parameter", async () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGa5mNAnGuJyzM1yJIWjEMd2v2C2wG1hUCAZ0ocXVzFk test";
    await prove(authorizedKeyPresent, { user: "ops", key });
    expect(await shell("stat -c '%U %a' ~ops/.ssh/authorized_keys")).toBe("ops 600");
    await prove(authorizedKeyPresent, { user: "ops", key, state: "absent" });
    const parameter = { name: "net.ipv4.ip_default_ttl", sysctl_file: "/etc/sysctl.d/99-test.conf", sysctl_set: true };
    await prove(kernelParameterSet, { ...parameter, value: "66" });
    expect(await shell("cat /proc/sys/net/ipv4/ip_default_ttl")).toBe("66");
    await prove(kernelParameterSet, { ...parameter, value: "64" });
  });

  it("names the host", async () => {
    const named = await prove(hostnameSet, { name: "renamed.example.org" });
    expect(named).toMatchObject({ changed: true, name: "renamed.example.org" });
    expect(await shell("cat /etc/hostname /proc/sys/kernel/hostname")).toBe("renamed.example.org\nrenamed.example.org");
    await prove(hostnameSet, { name });
  });

  it("starts, enables, masks and removes a unit", async () => {
    const unit = "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";
    await prove(fileCopied, { content: unit, dest: "/etc/systemd/system/nap.service", mode: "0644", owner: "root" });
    const started = await run(unitRunning, { name: "nap", state: "started", enabled: true, daemon_reload: true });
    expect(started.result).toMatchObject({ changed: true, state: "started", enabled: true, name: "nap" });
    expect((await run(unitRunning, { name: "nap", state: "started", enabled: true })).plan.changes).toEqual([]);
    const pid = await shell("systemctl show -p MainPID nap");
    expect((await run(unitRunning, { name: "nap", state: "restarted" })).result.changed).toBe(true);
    expect(await shell("systemctl show -p MainPID nap")).not.toBe(pid);
    await prove(unitRunning, { name: "nap", state: "stopped", enabled: false });
    const missing = await run(unitRunning, { name: "no-such-unit", state: "started" });
    expect(missing.result.msg).toBe("Could not find the requested service no-such-unit: host");
    await shell("rm /etc/systemd/system/nap.service; systemctl daemon-reload");
    await prove(unitRunning, { name: "nap", masked: true });
    await prove(unitRunning, { name: "nap", masked: false });
  });
});
