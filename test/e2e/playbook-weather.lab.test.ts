import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseLabProfile } from "#installer/lab/lab.ts";
import { dumpYaml } from "#inventory/kernel/yaml.ts";
import { bdap, type Ended, type Line, linesOf, type RunningCommand, start } from "./command.ts";
import { eventually, LabSite } from "./lab-site.ts";

const PROFILE = `
name: e2eplaybooks
subnet: 10.82.10.0/24
hosts:
  - { name: calm, os: bookworm, memory: 1G, rootSize: 2G }
  - { name: storm, os: trixie, memory: 1G, rootSize: 2G }
`;

/** `bdap playbook` on two hosts of which one is in trouble: the other one is always served. */
describe("a playbook in bad weather", () => {
  let site: LabSite;
  let folder: string;

  beforeAll(async () => {
    site = await LabSite.boot(parseLabProfile(PROFILE, "playbooks"));
    folder = join(site.path, "plays");
    await mkdir(folder);
    await writeInventory();
  });

  afterAll(() => site?.remove());

  async function writeInventory(storm: object = {}): Promise<void> {
    const own: Record<string, object> = { storm };
    const hosts = Object.fromEntries(
      site.lab.hosts.map(({ name, address }) => [name, { ansible_host: address, ...own[name] }]),
    );
    const access = { ansible_user: "root", ansible_ssh_private_key_file: site.lab.keyFile };
    const keys = { ansible_ssh_common_args: `-o UserKnownHostsFile=${join(folder, "known_hosts")}` };
    const trust = { ansible_ssh_extra_args: "-o StrictHostKeyChecking=accept-new" };
    await writeFile(
      join(folder, "inventory.yml"),
      dumpYaml({ all: { hosts, vars: { ...access, ...keys, ...trust } } }),
    );
  }

  async function words(tasks: readonly object[], more: object = {}): Promise<string[]> {
    const file = join(folder, `${randomBytes(4).toString("hex")}.yml`);
    await writeFile(file, dumpYaml([{ hosts: "all", gather_facts: false, tasks, ...more }]));
    return ["playbook", "-i", join(folder, "inventory.yml"), "--json", file];
  }

  const play = async (tasks: readonly object[], more: object = {}): Promise<Ended> =>
    bdap(...(await words(tasks, more)));
  const begin = async (tasks: readonly object[], more: object = {}): Promise<RunningCommand> =>
    start(await words(tasks, more));

  const recap = (ended: Ended): Record<string, Line> =>
    (linesOf(ended).findLast(({ type }) => type === "recap")?.["hosts"] ?? {}) as Record<string, Line>;
  const resultOf = (ended: Ended, host: string): Line | undefined =>
    linesOf(ended).findLast(({ type, ...line }) => type === "task-result" && line["host"] === host);
  const errorOf = (ended: Ended, host: string) => resultOf(ended, host)?.["error"] as Line | undefined;
  const addressOf = (host: string) => site.lab.hosts.find(({ name }) => name === host)?.address ?? "";
  /** Words that this marks are looked for among the processes of a host. */
  const marked = () => `99${Math.floor(Math.random() * 1e6)}.25`;
  const processes = (host: string, mark: string) => site.run(host, `pgrep -fxc 'sleep ${mark}' || true`);

  it("names a full disk, leaves no partial file, and serves the other host", async () => {
    await site.fault("storm", { kind: "fill-disk" });
    try {
      const ended = await play([{ copy: { content: "{{ 'x' * 300000 }}", dest: "/root/new" } }, { command: "true" }]);
      expect(ended.exitCode).toBe(2);
      expect(resultOf(ended, "storm")).toMatchObject({
        status: "failed",
        result: { msg: expect.stringContaining("No space left on device") },
      });
      expect(recap(ended)["calm"]).toMatchObject({ ok: 2, failed: 0 });
      expect(await site.run("storm", "ls -A /root | grep -v '^\\.[bps]' || true")).toBe("");
    } finally {
      await site.fault("storm", { kind: "heal-disk" });
    }
  });

  it("names a file system that is read-only", async () => {
    await site.run("storm", "mkdir -p /srv/ro; mount --bind /srv/ro /srv/ro; mount -o remount,ro,bind /srv/ro");
    const ended = await play([{ copy: { content: "x", dest: "/srv/ro/new" } }]);
    await site.run("storm", "umount /srv/ro");
    expect(ended.exitCode).toBe(2);
    expect(resultOf(ended, "storm")?.["result"]).toMatchObject({
      failed: true,
      msg: expect.stringMatching(/Read-only file system/i),
    });
  });

  it("minds neither banners, start-up files that talk and dawdle, an odd login shell, nor a /tmp without exec", async () => {
    await site.run(
      "storm",
      `mount -t tmpfs -o noexec,mode=1777 tmpfs /tmp; echo 'Keep out!' >/etc/banner
       echo 'Banner /etc/banner' >/etc/ssh/sshd_config.d/banner.conf; systemctl reload ssh
       for file in .bashrc .profile .cshrc; do echo 'echo noise; echo more noise >&2; sleep 1' >/root/$file; done
       printf '#!/bin/bash\\n. /root/.bashrc\\nexec /bin/bash "$@"\\n' >/usr/local/bin/odd-shell
       chmod 755 /usr/local/bin/odd-shell; usermod -s /usr/local/bin/odd-shell root`,
    );
    await writeFile(join(folder, "said.sh"), "#!/bin/sh\necho said\n", { mode: 0o755 });
    const ended = await play([
      { copy: { content: "here\n", dest: "/root/here", mode: "0600" } },
      { script: join(folder, "said.sh") },
      { command: "cat /root/here" },
    ]);
    await site.run("storm", "usermod -s /bin/bash root; rm /root/.bashrc /root/.profile /root/.cshrc; umount /tmp");
    expect({ code: ended.exitCode, recap: recap(ended)["storm"] }).toMatchObject({ code: 0, recap: { ok: 3 } });
    expect(resultOf(ended, "storm")?.["result"]).toMatchObject({ stdout: "here", stderr: "" });
  });

  it("calls output that is too long to keep a failure, and gives bytes that are no text as such", async () => {
    const ended = await play([
      { command: "head -c 100000000 /dev/zero", when: "inventory_hostname == 'storm'", ignore_errors: true },
      { command: "printf '\\377ab\\303\\251\\n'" },
    ]);
    expect(ended.exitCode).toBe(0);
    const [cut] = linesOf(ended).filter(({ host, type }) => type === "task-result" && host === "storm");
    expect(cut).toMatchObject({ status: "ignored", result: { msg: expect.stringContaining("16 MiB") } });
    expect(resultOf(ended, "storm")?.["result"]).toMatchObject({ stdout: "\uFFFDabé" });
  });

  it("says who is not let in: an expired account, and a user there is not", async () => {
    await site.run("storm", "useradd -m late; mkdir -p ~late/.ssh; cp ~/.ssh/authorized_keys ~late/.ssh/");
    await site.run("storm", "chown -R late ~late/.ssh; chage -E 1 late");
    for (const user of ["late", "nobody-here"]) {
      await writeInventory({ ansible_user: user });
      const ended = await play([{ command: "true" }]);
      await writeInventory();
      expect(ended.exitCode).toBe(4);
      expect(resultOf(ended, "storm")).toMatchObject({ status: "unreachable", error: { hint: expect.any(String) } });
      expect(errorOf(ended, "storm")?.["message"]).toContain(user);
      expect(recap(ended)["calm"]).toMatchObject({ ok: 1 });
    }
  });

  it("becomes root by the password it was given, and says so when that is wrong", async () => {
    await site.run(
      "storm",
      `useradd -m -s /bin/bash ops; echo 'ops:right horse' | chpasswd; mkdir -p ~ops/.ssh; cp ~/.ssh/authorized_keys ~ops/.ssh/
       chown -R ops ~ops/.ssh; echo 'ops ALL=(ALL) ALL' >/etc/sudoers.d/ops`,
    );
    await writeInventory({ ansible_user: "ops" });
    const file = join(folder, "password");
    const tried = async (password: string) => {
      await writeFile(file, `${password}\n`, { mode: 0o600 });
      return bdap(...(await words([{ command: "id -un" }], { become: true })), "--become-password-file", file);
    };
    const wrong = await tried("wrong horse");
    const right = await tried("right horse");
    await writeInventory();
    expect(resultOf(right, "storm")?.["result"]).toMatchObject({ stdout: "root" });
    expect(wrong.exitCode).toBe(2);
    expect(errorOf(wrong, "storm")).toMatchObject({ code: "PLAYBOOKS_BECOME_REFUSED" });
    expect(recap(wrong)["calm"]).toMatchObject({ ok: 1, failed: 0 });
    expect(wrong.stdout + wrong.stderr + right.stdout + right.stderr).not.toContain("horse");
  });

  it("sends nothing to a host whose key has changed", async () => {
    await play([{ command: "true" }]);
    const keys = await readFile(join(folder, "known_hosts"), "utf8");
    const own = new RegExp(`^(${addressOf("storm").replaceAll(".", "\\.")} \\S+) (\\S+)`, "m");
    // One letter of the key's own part is another: a key of the same type that is not the host's.
    await writeFile(
      join(folder, "known_hosts"),
      keys.replace(
        own,
        (_line, name: string, key: string) =>
          `${name} ${key.slice(0, -9)}${key.at(-9) === "A" ? "B" : "A"}${key.slice(-8)}`,
      ),
    );
    const ended = await play([{ command: "true" }]);
    expect(ended.exitCode).toBe(4);
    expect(errorOf(ended, "storm")).toMatchObject({ code: "PLAYBOOKS_HOST_KEY_CHANGED" });
    expect(recap(ended)["calm"]).toMatchObject({ ok: 1, unreachable: 0 });
    await writeFile(join(folder, "known_hosts"), keys);
  });

  it("does not know how a command ended whose connection was cut, says so, and finishes the other host", async () => {
    const running = await begin([{ command: "sleep {{ 45 if inventory_hostname == 'storm' else 1 }}" }]);
    await running.line(({ type, host }) => type === "task-result" && host === "calm");
    await site.fault("storm", { kind: "cut-network" });
    const ended = await running.ended;
    await site.fault("storm", { kind: "heal-network" });
    expect(resultOf(ended, "storm")).toMatchObject({
      status: "unknown",
      error: { code: "PLAYBOOKS_OUTCOME_UNKNOWN", state: expect.any(String) },
    });
    expect(recap(ended)["calm"]).toMatchObject({ ok: 1, unreachable: 0, failed: 0 });
    expect(ended.exitCode).not.toBe(0);
  });

  it("leaves no half of a large file behind when the connection is cut while it is sent", async () => {
    await writeFile(join(folder, "large"), randomBytes(60_000_000));
    await site.run("storm", "tc qdisc add dev host0 root tbf rate 200mbit burst 64k latency 50ms || true");
    const running = await begin([
      { copy: { src: join(folder, "large"), dest: "/root/large" }, when: "inventory_hostname == 'storm'" },
    ]);
    const arriving = () => site.run("storm", "find /root -maxdepth 1 -size +1M | head -1");
    expect(await eventually(async () => ((await arriving()) === "" ? undefined : true))).toBe(true);
    await site.fault("storm", { kind: "cut-network" });
    const ended = await running.ended;
    await site.fault("storm", { kind: "heal-network" });
    expect(["unknown", "unreachable"]).toContain(resultOf(ended, "storm")?.["status"]);
    expect(await site.run("storm", "test -e /root/large && echo there || echo none")).toBe("none");
    const again = await play([{ copy: { src: join(folder, "large"), dest: "/root/large" } }]);
    expect({ code: again.exitCode, storm: recap(again)["storm"] }).toMatchObject({ code: 0, storm: { changed: 1 } });
  });

  it("ends everything on the hosts when it is told to stop", async () => {
    const mark = marked();
    const running = await begin([{ shell: `sleep ${mark} | cat` }]);
    for (const host of ["calm", "storm"]) {
      expect(await eventually(async () => ((await processes(host, mark)) === "1" ? true : undefined))).toBe(true);
    }
    running.kill("SIGINT");
    expect((await running.ended).exitCode).toBe(99);
    // It ends only when they have: nothing is waited for here.
    for (const host of ["calm", "storm"]) expect([host, await processes(host, mark)]).toEqual([host, "0"]);
  });

  it("leaves nothing running on the hosts when it is killed, as root and as another user", async () => {
    const mark = marked();
    const running = await begin([
      {
        shell: `sleep ${mark} | cat`,
        become: true,
        become_user: "{{ 'root' if inventory_hostname == 'calm' else 'daemon' }}",
      },
    ]);
    for (const host of ["calm", "storm"]) {
      expect(await eventually(async () => ((await processes(host, mark)) === "1" ? true : undefined))).toBe(true);
    }
    running.kill("SIGKILL");
    await running.ended;
    for (const host of ["calm", "storm"]) {
      expect(await eventually(async () => ((await processes(host, mark)) === "0" ? true : undefined))).toBe(true);
    }
  });
});
