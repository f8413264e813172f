import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labShellCommand } from "#installer/lab/lab.ts";
import { execaRunner } from "#installer/lab/runner.ts";
import { eventually, LabSite } from "../e2e/lab-site.ts";

const COPIES = "/var/lib/bdap-way-back";
const LOCKED_OUT = { firewall: { sshFrom: ["192.0.2.0/24"] } };

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.boot({
    name: "way-back-test",
    subnet: "10.86.0.0/24",
    hosts: [
      { name: "thirteen", os: "trixie", memory: "1G" },
      { name: "twelve", os: "bookworm", memory: "1G" },
    ],
  });
  await site.answer();
  expect((await site.bdap("probe")).exitCode).toBe(0);
  await deadline(30);
});
afterAll(() => site?.remove());

/** Seconds until settings that nobody confirmed are put back, by a variable of the site's own. */
async function deadline(seconds: number): Promise<void> {
  const folder = join(site.path, "inventory", "group_vars", "all");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "own.yml"), `bdap_way_back_seconds: ${seconds}\n`);
}

const hosts = () => site.lab.hosts.map((host) => host.name);
const rules = (host: string) => site.run(host, "cat /etc/bdap/firewall.nft");

async function plan(answers: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await site.answer(answers);
  expect((await site.bdap("plan")).exitCode).toBe(0);
}

/** Only what decides who reaches the hosts, and what that needs. */
const baseline = async () => (await site.apply("--tags", "packages,administrators,access")).end.hosts;

test("good settings are confirmed and the way back is put away", async () => {
  await plan();
  await baseline();
  for (const host of hosts()) {
    expect(await rules(host)).toContain("tcp dport 22 accept");
    expect(await site.run(host, `test -e ${COPIES} || echo none; systemctl is-active bdap-way-back.timer || :`)).toBe(
      "none\ninactive",
    );
  }
});

test("rules that cut the installer off are put back, and the apply says so", async () => {
  await plan(LOCKED_OUT);
  const outcomes = await baseline();
  for (const host of hosts()) {
    expect(outcomes[host]).toMatchObject({
      status: "failed",
      cause: {
        code: "PLAYBOOKS_TASK_FAILED",
        message: expect.stringContaining("could not be reached with the new SSH"),
      },
    });
    expect(await rules(host)).not.toContain("192.0.2.0/24");
    expect(await site.run(host, "nft list table inet bdap")).not.toContain("192.0.2.0/24");
    expect(await site.run(host, `test -e ${COPIES} || echo none`)).toBe("none");
  }
});

test("a reboot before the confirmation puts the old settings back at boot", async () => {
  // Far beyond this test: only the boot can help.
  await deadline(3600);
  const running = site.start("apply", "--json", "--tags", "packages,administrators,access");
  const locked = await running.line((line) => {
    const event = line["event"] as { type?: string; task?: string; host?: string } | undefined;
    return event?.type === "task-result" && event.task === "Reload the firewall" && event.host === "thirteen";
  });
  expect(locked).toBeDefined();
  running.kill("SIGKILL");
  await running.ended;
  await expect(reach("thirteen")).rejects.toThrow();
  await site.fault("thirteen", { kind: "power-off" });
  await site.fault("thirteen", { kind: "power-on" });
  expect(await eventually(() => reach("thirteen"), 60)).toBeDefined();
  expect(await rules("thirteen")).not.toContain("192.0.2.0/24");
  expect(await site.run("thirteen", `test -e ${COPIES} || echo none; systemctl is-system-running --wait || :`)).toBe(
    "none\nrunning",
  );
});

test("an apply after one that was broken off confirms, and nothing is put back afterwards", async () => {
  await deadline(20);
  await plan();
  await site.run("thirteen", "/usr/local/lib/bdap/way-back arm 15");
  expect((await baseline())["thirteen"]?.status).toMatch(/done|changed/);
  expect(
    await site.run("thirteen", `test -e ${COPIES} || echo none; systemctl is-active bdap-way-back.timer || :`),
  ).toBe("none\ninactive");
});

test("a confirmation that comes too late fails, and half-made copies are no copies", async () => {
  await site.run(
    "thirteen",
    `mkdir ${COPIES}.new && touch ${COPIES}.new/10-bdap.conf && /usr/local/lib/bdap/way-back arm 600`,
  );
  const before = await rules("thirteen");
  await site.run("thirteen", "echo broken > /etc/bdap/firewall.nft; /usr/local/lib/bdap/way-back restore");
  expect(await rules("thirteen")).toBe(before);
  await expect(site.run("thirteen", "/usr/local/lib/bdap/way-back disarm")).rejects.toThrow(/put back/);
});

async function reach(host: string): Promise<string> {
  const [program = "ssh", ...args] = await labShellCommand(site.lab.name, host);
  const { stdout } = await execaRunner().run(program, [
    "-o",
    "BatchMode=yes",
    "-o",
    "ConnectTimeout=3",
    ...args,
    "echo here",
  ]);
  return stdout;
}
