import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NodeSummary } from "#agent/protocol/operator.ts";
import { labDown, loadLabProfile, withOverrides } from "#installer/lab/lab.ts";
import type { Ended } from "./command.ts";
import { LabSite } from "./lab-site.ts";

const NAME = "e2e";
const SUBNET = "10.82.0.0/24";
const HOSTS = ["cpu1", "cpu2", "st1", "st2", "st3", "svc1"];
/** A host that went silent is called unreachable within this time. */
const PROMISED_MILLISECONDS = 40_000;

describe("the demo's path, six blank servers", () => {
  let site: LabSite;
  let first: Ended;

  const demo = () => site.bdap("demo", "--profile", "demo", "--name", NAME, "--subnet", SUBNET);
  const statesOf = (nodes: readonly NodeSummary[]) => Object.fromEntries(nodes.map(({ name, state }) => [name, state]));
  const all = (state: string) => Object.fromEntries(HOSTS.map((name) => [name, state]));

  beforeAll(async () => {
    site = await LabSite.boot(withOverrides(await loadLabProfile("demo"), { name: NAME, subnet: SUBNET }));
    first = await demo();
  });

  afterAll(async () => {
    await site?.remove();
    await labDown(NAME);
  });

  it("ends with six nodes ready and every service up, and says where the site is", async () => {
    expect({ exitCode: first.exitCode, stderr: first.stderr, end: first.stdout.slice(-3000) }).toMatchObject({
      exitCode: 0,
      stderr: "",
      end: expect.stringContaining(`The site directory is ${site.path}`),
    });
    const status = await site.status();
    expect(statesOf(status.nodes)).toEqual(all("ready"));
    expect(status).toMatchObject({ site: NAME, healthy: true });
    expect(status.services.map(({ name, state }) => [name, state])).toEqual([
      ["control-plane", "up"],
      ["agent", "up"],
    ]);
    for (const node of status.nodes) {
      expect(node.roles.length).toBeGreaterThan(0);
      expect(Array.isArray(node.checks)).toBe(true);
    }
    const roles = Object.fromEntries(status.nodes.map((node) => [node.name, node.roles.join()]));
    expect(roles).toMatchObject({ svc1: "service", st1: "storage", st3: "storage", cpu1: "cpu", cpu2: "cpu" });
  });

  it("changes nothing and restarts nothing when the demo is run again", async () => {
    const before = { units: await site.invocations(), files: await site.hostDigests() };
    const again = await demo();
    expect(again.stdout).toContain("Nothing to do: everything was as planned already.");
    expect(again.exitCode).toBe(0);
    expect({ units: await site.invocations(), files: await site.hostDigests() }).toEqual(before);
  });

  it("says in its events that a further apply changed nothing", async () => {
    const before = await site.invocations();
    const { begin, end, changes, failures } = await site.apply();
    expect(failures).toEqual([]);
    expect(changes).toEqual([]);
    expect(begin.resumed).toBeNull();
    expect(end).toMatchObject({ changed: false, exitCode: 0, problems: [] });
    expect(end.hosts).toEqual(Object.fromEntries(HOSTS.map((name) => [name, { status: "done", changes: 0 }])));
    expect(await site.invocations()).toEqual(before);
  });

  it("changes nothing anywhere with --check --diff", async () => {
    const before = { site: await site.digest(), units: await site.invocations(), files: await site.hostDigests() };
    const check = await site.apply("--check", "--diff");
    expect(check.begin.check).toBe(true);
    expect(check.end).toMatchObject({ changed: false, exitCode: 0, problems: [] });
    expect(check.ended.exitCode).toBe(0);
    expect({ site: await site.digest(), units: await site.invocations(), files: await site.hostDigests() }).toEqual(
      before,
    );
  });

  it("shows with --check --diff what it would put right, and an apply then puts right that alone", async () => {
    const file = "/etc/sysctl.d/60-bdap.conf";
    const original = await site.run("st2", `cat ${file}`);
    await site.run("st2", `echo '# edited by hand' >>${file}`);
    const before = { site: await site.digest(), units: await site.invocations(), files: await site.hostDigests() };
    const shown = await site.bdap("apply", "--check", "--diff");
    expect(shown.stdout).toContain("# edited by hand");
    expect(shown.exitCode).toBe(0);
    expect({ site: await site.digest(), units: await site.invocations(), files: await site.hostDigests() }).toEqual(
      before,
    );
    const { end, failures, changes } = await site.apply();
    expect(failures).toEqual([]);
    expect(changes).toEqual(["st2: Kernel settings", "st2: Load kernel settings"]);
    expect(end).toMatchObject({ changed: true, exitCode: 0 });
    expect(Object.entries(end.hosts).filter(([, outcome]) => outcome.status !== "done")).toMatchObject([
      ["st2", { status: "changed" }],
    ]);
    expect(await site.run("st2", `cat ${file}`)).toBe(original);
    expect(await site.invocations()).toEqual(before.units);
  });

  it("calls a host that was powered off unreachable within 40 s, the others stay ready, and it comes back", async () => {
    const after = await site.lastEvent();
    await site.fault("cpu2", { kind: "power-off" });
    await site.untilState("cpu2", "unreachable");
    // On the control plane's own clock, from the last sign of life: the fault came after that, so it took less still.
    const { since, lastSeen } = await site.node("cpu2");
    expect(Date.parse(since) - Date.parse(lastSeen ?? "")).toBeLessThanOrEqual(PROMISED_MILLISECONDS);
    const lost = await site.event(after, (event) => event.node === "cpu2" && event.data["to"] === "unreachable");
    expect(lost).toMatchObject({ code: "NODE_STATE_CHANGED", by: "automatic" });

    const status = await site.bdap("status");
    expect(status.exitCode).toBe(3);
    expect(status.stdout).toMatch(/cpu2\s+unreachable/);
    expect(statesOf((await site.status()).nodes)).toEqual({ ...all("ready"), cpu2: "unreachable" });

    await site.fault("cpu2", { kind: "power-on" });
    await site.untilState("cpu2", "ready");
    expect((await site.bdap("status")).exitCode).toBe(0);
    await site.event(after, (event) => event.node === "cpu2" && event.data["to"] === "ready");
    const states = (await site.events(after)).filter((event) => event.code === "NODE_STATE_CHANGED");
    expect(states.map((event) => [event.node, event.data["to"]])).toEqual([
      ["cpu2", "unreachable"],
      ["cpu2", "ready"],
    ]);
  });

  it("leaves a node that a person drained drained, over a reboot and an apply, until it is resumed", async () => {
    await site.fault("cpu2", { kind: "power-on" });
    await site.untilState("cpu2", "ready");
    const after = await site.lastEvent();
    expect((await site.bdap("nodes", "drain", "cpu1", "--reason", "a fan is loud")).exitCode).toBe(0);
    await site.untilState("cpu1", "drained");
    const { bootId } = await site.node("cpu1");
    await site.fault("cpu1", { kind: "reboot" });
    await expect
      .poll(async () => (await site.node("cpu1")).bootId, { timeout: 120_000, interval: 1000 })
      .not.toBe(bootId);
    // Two heartbeats further, in which automation had its chance to undo it.
    await sleep(25_000);
    expect(await site.node("cpu1")).toMatchObject({ state: "drained", reason: "a fan is loud" });
    expect((await site.bdap("status")).exitCode).toBe(0);
    const { end, changes, failures } = await site.apply();
    expect(failures).toEqual([]);
    expect(changes).toEqual([]);
    expect(end).toMatchObject({ changed: false, exitCode: 0 });
    expect((await site.node("cpu1")).state).toBe("drained");

    expect((await site.bdap("nodes", "resume", "cpu1", "--reason", "quiet again")).exitCode).toBe(0);
    await site.event(after, (event) => event.node === "cpu1" && event.data["to"] === "ready");
    await site.untilState("cpu1", "ready");
    const events = (await site.events(after)).filter((event) => event.node === "cpu1");
    const states = events.filter((event) => event.code === "NODE_STATE_CHANGED");
    expect(states.map((event) => event.data["to"])).toEqual(["draining", "drained", "ready"]);
    expect(states[0]).toMatchObject({ by: "installer", message: expect.stringContaining("a fan is loud") });
    expect(states.at(-1)).toMatchObject({ by: "installer" });
  });
});
