import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answersSsh } from "./boot.ts";
import { readKernelLimits } from "./kernel-limits.ts";
import {
  execaRunner,
  type LabFaultKind,
  type LabHost,
  type LabProgress,
  type LabState,
  labDown,
  labFault,
  labList,
  labShellCommand,
  labState,
  labUp,
  loadLabProfile,
  withOverrides,
} from "./lab.ts";
import { preflight } from "./preflight.ts";
import { labNames, plannedState } from "./state.ts";

const runner = execaRunner();
const NAME = "labtest";
const OTHER = "labtest2";

/** What a lab could leave behind on the machine, as text that is equal when nothing was left. */
async function machineNow(): Promise<Record<string, string[]>> {
  const lines = async (command: string, ...args: string[]) => {
    const { stdout } = await runner.run(command, args);
    const known = [NAME, OTHER].flatMap((name) => Object.values(labNames(name)));
    return stdout.split("\n").filter((line) => known.some((word) => line.includes(word)));
  };
  return {
    links: await lines("ip", "-oneline", "link"),
    mounts: await lines("cat", "/proc/self/mountinfo"),
    loops: await lines("losetup", "--list", "--noheadings", "--output", "BACK-FILE"),
    tables: await lines("nft", "list", "tables"),
    processes: await lines("ps", "-eo", "args"),
    groups: await lines("find", "/sys/fs/cgroup", "-maxdepth", "2"),
    run: await lines("find", "/run/systemd/nspawn"),
    directories: (await readdir("/var/lib/bdap-lab")).filter((name) => name.startsWith(NAME)),
  };
}

const NOTHING = { links: [], mounts: [], loops: [], tables: [], processes: [], groups: [], run: [], directories: [] };

async function ssh(lab: string, host: string, command: string, user = "root") {
  const [program = "ssh", ...args] = await labShellCommand(lab, host, user);
  return runner.run(program, ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", ...args, command], { tolerant: true });
}

async function output(host: string, command: string, user?: string): Promise<string> {
  const { exitCode, stdout, stderr } = await ssh(NAME, host, command, user);
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.trim();
}

const fault = (host: string, kind: Exclude<LabFaultKind, "skew-clock">) => labFault(NAME, host, { kind });

async function profileOf(name: string, subnet: string) {
  return withOverrides(await loadLabProfile("tiny"), { name, subnet });
}

afterAll(async () => {
  for (const subnet of ["10.78.1.0/24", "10.78.2.0/24"]) {
    await runner.run("ip", ["route", "delete", "unreachable", subnet, "metric", "4294967294"], { tolerant: true });
  }
});

describe("a lab", () => {
  let lab: LabState;
  let one: LabHost;
  const progress: LabProgress[] = [];

  beforeAll(async () => {
    for (const name of [NAME, OTHER]) await labDown(name);
    expect(await machineNow()).toEqual(NOTHING);
    lab = await labUp(await profileOf(NAME, "10.78.1.0/24"), { onProgress: (step) => progress.push(step) });
    one = lab.hosts[0] as LabHost;
  });

  afterAll(async () => {
    await labDown(NAME);
    await labDown(OTHER);
  });

  it("ends with every host running and says so host by host", () => {
    expect(lab.hosts.map((host) => [host.name, host.address, host.status])).toEqual([
      ["one", "10.78.1.11", "running"],
      ["two", "10.78.1.12", "running"],
    ]);
    const done = progress.filter((step) => step.step === "done").map((step) => step.host);
    expect(done.slice(0, -1).sort()).toEqual(["one", "two"]);
    expect(done.at(-1)).toBeUndefined();
  });

  it("runs real Debian hosts of both releases, each with an identity of its own", async () => {
    const read =
      "cat /etc/debian_version; hostname; cat /etc/machine-id; systemctl is-system-running; ps -o comm= -p 1";
    const [first, second] = [await output("one", read), await output("two", read)];
    expect(first).toMatch(/^13\.\d+\none\n[0-9a-f]{32}\nrunning\nsystemd$/);
    expect(second).toMatch(/^12\.\d+\ntwo\n[0-9a-f]{32}\nrunning\nsystemd$/);
    expect(first.split("\n")[2]).not.toBe(second.split("\n")[2]);
    const keys = await readFile(lab.knownHostsFile, "utf8");
    expect(
      new Set(
        keys
          .trim()
          .split("\n")
          .map((line) => line.split(" ")[2]),
      ).size,
    ).toBe(2);
  });

  it("keeps its secrets from everyone but root", async () => {
    for (const file of [lab.keyFile, lab.adminPasswordFile]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("lets ops use sudo without a password and admin only with it", async () => {
    expect(await output("one", "sudo -n id -un", "ops")).toBe("root");
    expect((await ssh(NAME, "one", "sudo -n id -un", "admin")).exitCode).toBe(1);
    const [program = "ssh", ...args] = await labShellCommand(NAME, "one", "admin");
    const password = await readFile(lab.adminPasswordFile, "utf8");
    const withPassword = await runner.run(program, [...args, "sudo -S -p '' id -un"], { input: password });
    expect(withPassword.stdout.trim()).toBe("root");
  });

  it("gives a host its own disks, with serials, and no other host's", async () => {
    expect(await output("one", "ls /dev/loop* | tr '\\n' ' '")).toBe(one.disks.map((disk) => disk.device).join(" "));
    for (const disk of one.disks) {
      expect(await output("one", `readlink -f /dev/disk/by-id/bdap-lab-${disk.serial}`)).toBe(disk.device);
      expect(await output("one", `blockdev --getsize64 ${disk.device}`)).toBe(String(disk.bytes));
    }
    expect(await output("two", "ls /dev | grep -c ^loop || true")).toBe("0");
    expect((await ssh(NAME, "two", "mknod /tmp/disk b 7 0")).stderr).toContain("Operation not permitted");
  });

  it("puts on a disk what the profile asks for, and nothing on the others", async () => {
    const [empty, used] = one.disks;
    expect(await output("one", `wipefs --noheadings --output TYPE ${used?.device}`)).toBe("ext4");
    expect(await output("one", `wipefs --noheadings ${empty?.device}`)).toBe("");
  });

  it("limits memory and processor time, and gives the host its own control groups", async () => {
    const group = `/sys/fs/cgroup/memory/bdap-lab-${NAME}/one`;
    expect((await readFile(join(group, "memory.limit_in_bytes"), "utf8")).trim()).toBe(String(2 ** 30));
    expect(await output("one", "cat /lab-cgroup/memory/memory.limit_in_bytes")).toBe(String(2 ** 30));
    expect(await output("one", "python3 -c 'x = bytearray(1500 * 2**20)' || echo ended with $?")).toBe(
      "ended with 137",
    );
    expect(await output("one", "cat /lab-cgroup/cpu/cpu.cfs_quota_us")).toBe("100000");
    const [first, second] = [await output("one", "systemctl status"), await output("two", "systemctl status")];
    expect(first.match(/ssh\.service/g)).toHaveLength(1);
    expect(second.match(/ssh\.service/g)).toHaveLength(1);
  });

  it("reaches the other hosts and packages, which come through the machine's cache", async () => {
    expect(await output("one", "ping -c 1 -W 2 10.78.1.12 >/dev/null && echo reached")).toBe("reached");
    await output("one", "apt-get update && apt-get install --yes --no-install-recommends chrony");
    const cached = await readdir("/var/cache/bdap-lab/packages");
    expect(cached.some((name) => /-chrony_.*\.deb$/.test(name))).toBe(true);
    expect(await output("one", "dpkg-query -W -f '${db:Status-Status}' chrony")).toBe("installed");
  });

  it("is left alone by a second start, which wants the same profile", async () => {
    const again = await labUp(await profileOf(NAME, "10.78.1.0/24"));
    expect(again.hosts.map((host) => host.pid)).toEqual(lab.hosts.map((host) => host.pid));
    await expect(labUp(await profileOf(NAME, "10.78.3.0/24"))).rejects.toMatchObject({ code: "LAB_DIFFERENT_PROFILE" });
  });

  it("refuses a subnet that the machine already uses, before anything is made", async () => {
    await expect(labUp(await profileOf(OTHER, "10.78.1.0/25"))).rejects.toMatchObject({
      code: "LAB_PREFLIGHT_FAILED",
      message: expect.stringContaining("10.78.1.0/25 overlaps 10.78.1.0/24"),
    });
    expect(await readdir("/var/lib/bdap-lab")).not.toContain(OTHER);
  });

  it("refuses more hosts than the kernel has room for, and says how to make room, before anything is made", async () => {
    const [{ most, perHost } = { most: 0, perHost: 1 }] = await readKernelLimits();
    const profile = await profileOf(OTHER, "10.78.0.0/16");
    const [host] = profile.hosts;
    if (host === undefined) throw new Error("the profile has no host");
    const hosts = Array.from({ length: Math.ceil(most / perHost) + 1 }, (_, at) => ({ ...host, name: `h${at}` }));
    await expect(preflight(plannedState({ ...profile, hosts }), runner)).rejects.toMatchObject({
      code: "LAB_PREFLIGHT_FAILED",
      message: expect.stringMatching(/more hosts want \d+ inotify instances and the kernel has \d+ left/),
      hint: expect.stringMatching(/^sysctl fs\.inotify\.max_user_instances=\d+$/m),
    });
  });

  it("restarts a host that reboots itself", async () => {
    const boot = await output("two", "cat /proc/sys/kernel/random/boot_id; touch /root/kept");
    const state = await fault("two", "reboot");
    expect(state.hosts[1]?.status).toBe("running");
    expect(await output("two", "ls /root/kept; cat /proc/sys/kernel/random/boot_id")).not.toContain(boot);
  });

  it("cuts and restores power", async () => {
    await output("two", "echo before > /root/before");
    expect((await fault("two", "power-off")).hosts[1]).toMatchObject({ status: "off" });
    expect(await answersSsh("10.78.1.12")).toBe(false);
    await expect(fault("two", "reboot")).rejects.toMatchObject({ code: "LAB_HOST_OFF" });
    expect((await fault("two", "power-off")).hosts[1]).toMatchObject({ status: "off" });
    expect((await fault("two", "power-on")).hosts[1]).toMatchObject({ status: "running" });
    expect(await output("two", "test -e /root/before && systemctl is-system-running")).toBe("running");
  });

  it("powers hosts that are off on again at the next start", async () => {
    await fault("two", "power-off");
    const again = await labUp(await profileOf(NAME, "10.78.1.0/24"));
    expect(again.hosts.map((host) => host.status)).toEqual(["running", "running"]);
    expect(again.hosts[0]?.pid).toBe(lab.hosts[0]?.pid);
  });

  it("cuts and heals the network of one host", async () => {
    await fault("two", "cut-network");
    expect(await answersSsh("10.78.1.12")).toBe(false);
    expect(await answersSsh("10.78.1.11")).toBe(true);
    await fault("two", "heal-network");
    expect(await output("two", "hostname")).toBe("two");
  });

  it("fills and frees the disk of one host", async () => {
    await fault("two", "fill-disk");
    expect((await ssh(NAME, "two", "echo more > /root/more && sync")).stderr).toContain("No space left on device");
    expect(await output("one", "echo more > /root/more && cat /root/more")).toBe("more");
    await fault("two", "fill-disk");
    await fault("two", "heal-disk");
    expect(await output("two", "echo more > /root/more && cat /root/more")).toBe("more");
  });

  it("skews the time that programs see, over SSH, under sudo and in services, and heals it", async () => {
    const offBy = async (command: string, user?: string) =>
      Math.round((Number(await output("two", command, user)) - Date.now() / 1000) / 100);
    const seen = async () => [
      await offBy("date +%s"),
      await offBy("sudo -n date +%s", "ops"),
      await offBy("systemd-run --quiet --wait --pipe date +%s"),
      await offBy("python3 -c 'import time; print(time.time())'"),
    ];
    for (const [seconds, hundreds] of [
      [1200, 12],
      [-3600, -36],
      [0, 0],
    ] as const) {
      await labFault(NAME, "two", { kind: "skew-clock", seconds });
      expect(await seen()).toEqual([hundreds, hundreds, hundreds, hundreds].map((value) => value || expect.closeTo(0)));
    }
    expect(
      await output("two", "systemctl is-system-running; find / -xdev -name '*lab-skew*' -o -name faketimerc"),
    ).toBe("running");
  });

  it("keeps the skew over a reboot", async () => {
    await labFault(NAME, "two", { kind: "skew-clock", seconds: 1200 });
    expect((await fault("two", "reboot")).hosts[1]?.status).toBe("running");
    expect(Number(await output("two", "date +%s")) - Date.now() / 1000).toBeGreaterThan(1000);
    await labFault(NAME, "two", { kind: "skew-clock", seconds: 0 });
    expect((await fault("two", "reboot")).hosts[1]?.status).toBe("running");
  });

  it("names the host that fails with its console, and keeps the others up", async () => {
    await output("two", "rm -f /sbin/init /usr/lib/systemd/systemd && ln -s /bin/false /sbin/init && sync");
    await fault("two", "power-off");
    await expect(fault("two", "power-on")).rejects.toMatchObject({
      code: "LAB_HOSTS_FAILED",
      message: expect.stringMatching(/^two: did not come up\n {4}.*\S/),
    });
    expect(await answersSsh("10.78.1.11")).toBe(true);
  });

  it("runs beside another lab and goes without touching it", async () => {
    const other = await labUp(await profileOf(OTHER, "10.78.2.0/24"));
    expect(other.hosts.map((host) => host.status)).toEqual(["running", "running"]);
    expect((await labList()).map((listed) => listed.name)).toEqual(expect.arrayContaining([NAME, OTHER]));
    expect(await labDown(NAME)).toBe(true);
    expect((await labState(OTHER)).hosts.map((host) => [host.status, host.pid])).toEqual(
      other.hosts.map((host) => [host.status, host.pid]),
    );
    expect((await ssh(OTHER, "one", "apt-get install --yes --no-install-recommends chrony")).exitCode).toBe(0);
    expect(await labDown(OTHER)).toBe(true);
    expect(await machineNow()).toEqual(NOTHING);
    expect(await labDown(OTHER)).toBe(false);
  });

  it("leaves its subnet unreachable rather than routed out", async () => {
    const route = await runner.run("ip", ["route", "get", "10.78.1.11"], { tolerant: true });
    expect(route.exitCode).not.toBe(0);
  });
});

describe("a lab that was cut off", () => {
  it.each(["check", "network", "disks", "boot"] as const)("is removed when stopped at %s", async (step) => {
    const controller = new AbortController();
    const started = labUp(await profileOf(NAME, "10.78.1.0/24"), {
      signal: controller.signal,
      onProgress: (progress) => {
        if (progress.step === step) controller.abort();
      },
    });
    await expect(started).rejects.toThrow();
    await labDown(NAME);
    expect(await machineNow()).toEqual(NOTHING);
  });

  it.each(["network", "disks", "boot"])("is removed, or completed, after kill -9 at %s", async (step) => {
    const program = `
      import { labUp, loadLabProfile, withOverrides } from ${JSON.stringify(new URL("./lab.ts", import.meta.url).href)};
      const profile = withOverrides(await loadLabProfile("tiny"), { name: "${NAME}", subnet: "10.78.1.0/24" });
      const onProgress = (progress) => { if (progress.step === "${step}") process.kill(process.pid, "SIGKILL"); };
      await labUp(profile, { onProgress });
    `;
    const killed = await runner.run(process.execPath, ["--input-type=module", "-e", program], { tolerant: true });
    expect(killed.exitCode).not.toBe(0);
    expect(await labDown(NAME)).toBe(true);
    expect(await machineNow()).toEqual(NOTHING);
    await runner.run(process.execPath, ["--input-type=module", "-e", program], { tolerant: true });
    const completed = await labUp(await profileOf(NAME, "10.78.1.0/24"));
    expect(completed.hosts.map((host) => host.status)).toEqual(["running", "running"]);
    expect(await labDown(NAME)).toBe(true);
    expect(await machineNow()).toEqual(NOTHING);
  });

  it("is removed without a state file that can be read", async () => {
    const profile = await profileOf(NAME, "10.78.1.0/24");
    const lab = await labUp(profile);
    await rm(join(lab.directory, "state.json"));
    expect((await labList()).find((listed) => listed.name === NAME)).toEqual({ name: NAME });
    await writeFile(join(lab.directory, "state.json"), '{"version": 1, "na');
    expect(await labDown(NAME)).toBe(true);
    expect(await machineNow()).toEqual(NOTHING);
  });

  it("is not removed by a name that is a path", async () => {
    for (const name of ["", "..", "../../tmp"]) {
      await expect(labDown(name)).rejects.toMatchObject({ code: "LAB_NAME_INVALID" });
    }
  });

  it("takes over the lock of a process that is gone and respects that of one that is not", async () => {
    await mkdir("/var/lib/bdap-lab", { recursive: true });
    await writeFile(`/var/lib/bdap-lab/${NAME}.lock`, "4194303 17");
    expect(await labDown(NAME)).toBe(false);
    const stat = await readFile(`/proc/${process.ppid}/stat`, "utf8");
    const startTime = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    await writeFile(`/var/lib/bdap-lab/${NAME}.lock`, `${process.ppid} ${startTime}`);
    await expect(labDown(NAME)).rejects.toMatchObject({ code: "LAB_LOCKED" });
    await rm(`/var/lib/bdap-lab/${NAME}.lock`);
  });
});
