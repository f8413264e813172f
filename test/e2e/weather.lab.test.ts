import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { labDown, parseLabProfile } from "#installer/lab/lab.ts";
import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import { documentOf, type Line } from "./command.ts";
import { applied, eventually, LabSite } from "./lab-site.ts";

const NAME = "e2eweather";
const PROFILE = `
name: ${NAME}
subnet: 10.82.2.0/24
hosts:
  - { name: hub, os: trixie, memory: 2G, rootSize: 3G }
  - { name: calm, os: bookworm, memory: 1G, rootSize: 2G }
  - { name: storm, os: trixie, memory: 1G, rootSize: 2G }
`;
const SYSCTL = "/etc/sysctl.d/60-bdap.conf";

describe("a site in bad weather", () => {
  let site: LabSite;

  beforeAll(async () => {
    site = await LabSite.boot(parseLabProfile(PROFILE, "weather"));
    const roles = { hub: "service", calm: "cpu", storm: "cpu" } as const;
    const overrides = site.lab.hosts.map(({ name, address }) => ({
      server: address,
      roles: [roles[name as keyof typeof roles]],
      by: "test",
      why: "blank hosts look alike",
    }));
    await site.answer({ overrides });
    for (const step of ["probe", "plan"]) {
      const { exitCode, stderr } = await site.bdap(step);
      expect({ step, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ step, exitCode: 0, stderr: "" });
    }
  });

  afterAll(async () => {
    await site?.remove();
    await labDown(NAME);
  });

  // What a test that failed may have left broken does not fail those after it.
  beforeEach(async () => {
    for (const kind of ["power-on", "heal-network", "heal-disk"] as const) {
      for (const host of ["hub", "storm"]) await site.fault(host, { kind });
    }
  });

  /** Runs an apply and does `fault` to storm as soon as a task has ended there. */
  async function applyWith(fault: "power-off" | "cut-network") {
    const running = site.start("apply", "--json");
    const seen = await running.line((line) => {
      const event = line["event"] as Line | undefined;
      return line["type"] === "engine" && event?.["type"] === "task-result" && event["host"] === "storm";
    });
    expect(seen).toBeDefined();
    await site.fault("storm", { kind: fault });
    return applied(await running.ended);
  }

  const problemOf = (cause: ErrorRecord | undefined) => ({ code: cause?.code, hint: cause?.hint });
  const drift = (host: string) => site.run(host, `echo '# by hand' >>${SYSCTL}`);
  const statesOf = async () => Object.fromEntries((await site.status()).nodes.map(({ name, state }) => [name, state]));

  it("finishes the others when a host is powered off during the first apply, and that one later", async () => {
    const { end, ended } = await applyWith("power-off");
    expect(ended.exitCode).toBe(3);
    expect(end.exitCode).toBe(3);
    const storm = end.hosts["storm"];
    expect(["unreachable", "failed"]).toContain(storm?.status);
    expect(problemOf(storm?.cause)).toEqual({
      code: expect.stringMatching(/^PLAYBOOKS_(HOST_UNREACHABLE|OUTCOME_UNKNOWN)$/),
      hint: expect.stringMatching(/\S/),
    });
    expect(end.hosts["hub"]).toMatchObject({ status: "changed" });
    expect(end.hosts["calm"]).toMatchObject({ status: "changed" });
    expect(await statesOf()).toMatchObject({ hub: "ready", calm: "ready" });
    expect((await site.bdap("status")).exitCode).toBe(3);

    await site.fault("storm", { kind: "power-on" });
    const again = await site.apply();
    expect(again.failures).toEqual([]);
    expect(again.changes.filter((change) => !change.startsWith("storm: "))).toEqual([]);
    expect(await statesOf()).toEqual({ hub: "ready", calm: "ready", storm: "ready" });
  });

  it("does the same when only the network is cut", async () => {
    await drift("storm");
    const { end, ended } = await applyWith("cut-network");
    expect(ended.exitCode).toBe(3);
    expect(["unreachable", "failed"]).toContain(end.hosts["storm"]?.status);
    expect(problemOf(end.hosts["storm"]?.cause).hint).toMatch(/\S/);
    expect(end.hosts).toMatchObject({ hub: { status: "done" }, calm: { status: "done" } });

    await site.fault("storm", { kind: "heal-network" });
    await site.untilState("storm", "ready");
    const again = await site.apply();
    expect(again.failures).toEqual([]);
    expect(await site.run("storm", `grep -c 'by hand' ${SYSCTL} || true`)).toBe("0");
  });

  it("touches only the hosts that --limit names", async () => {
    await drift("storm");
    await drift("calm");
    const limited = await site.apply("--limit", "storm");
    expect(Object.keys(limited.end.hosts)).toEqual(["storm"]);
    expect(limited.failures).toEqual([]);
    expect(await site.run("storm", `grep -c 'by hand' ${SYSCTL} || true`)).toBe("0");
    expect(await site.run("calm", `grep -c 'by hand' ${SYSCTL}`)).toBe("1");
    const rest = await site.apply("--limit", "!storm");
    expect(Object.keys(rest.end.hosts).sort()).toEqual(["calm", "hub"]);
    expect(await site.run("calm", `grep -c 'by hand' ${SYSCTL} || true`)).toBe("0");
  });

  it("names a full disk on a node, loses nothing there, and goes on once there is room", async () => {
    const whole = await site.run("storm", `cat ${SYSCTL}`);
    await drift("storm");
    await site.fault("storm", { kind: "fill-disk" });
    const { end, ended } = await site.apply();
    expect(ended.exitCode).toBe(3);
    expect(end.hosts["storm"]?.status).toBe("failed");
    expect(problemOf(end.hosts["storm"]?.cause)).toEqual({
      code: expect.stringMatching(/^PLAYBOOKS_(DISK_FULL|TASK_FAILED)$/),
      hint: expect.stringMatching(/\S/),
    });
    expect(end.hosts["storm"]?.cause?.message).toMatch(/No space left|disk is full|no room/i);
    expect(end.hosts).toMatchObject({ hub: { status: "done" }, calm: { status: "done" } });
    expect(await site.run("storm", `cat ${SYSCTL}`)).toBe(`${whole}\n# by hand`);

    await site.fault("storm", { kind: "heal-disk" });
    expect((await site.apply()).failures).toEqual([]);
    expect(await site.run("storm", `cat ${SYSCTL}`)).toBe(whole);
    await site.untilState("storm", "ready");
  });

  it("shows a clock that is off as a problem of that node, until it is right again", async () => {
    await site.fault("storm", { kind: "skew-clock", seconds: -90 });
    const drifted = await eventually(async () => {
      const { checks } = await site.json<{ checks: Line[] }>("checks", "list");
      return checks.find((check) => check["node"] === "storm" && check["code"] === "AGENT_CLOCK_DRIFT");
    });
    expect(drifted).toMatchObject({ status: "problem", hint: expect.stringMatching(/\S/) });
    expect(String(drifted?.["message"])).toMatch(/behind/);
    await site.untilState("storm", "degraded");
    expect(await statesOf()).toMatchObject({ hub: "ready", calm: "ready" });
    expect((await site.bdap("status")).exitCode).toBe(3);

    await site.fault("storm", { kind: "skew-clock", seconds: 0 });
    await site.untilState("storm", "ready");
  });

  it("keeps watching with a full disk under the control plane, and refuses what it cannot keep", async () => {
    await site.fault("hub", { kind: "fill-disk" });
    const before = await site.node("calm");
    const refused = await site.bdap("nodes", "drain", "calm", "--reason", "no room for this", "--json");
    expect(refused.exitCode).toBe(3);
    const { error } = documentOf(refused) as { error: Line };
    expect(error).toMatchObject({ code: "CONTROL_PLANE_STATE_NOT_WRITTEN", hint: expect.stringMatching(/\S/) });
    const heard = await eventually(async () => {
      const { lastSeen } = await site.node("calm");
      return Date.parse(lastSeen ?? "") - Date.parse(before.lastSeen ?? "") > 20_000 ? lastSeen : undefined;
    });
    expect(heard).toBeDefined();
    await site.untilState("hub", "degraded");
    expect(await statesOf()).toEqual({ hub: "degraded", calm: "ready", storm: "ready" });

    await site.fault("hub", { kind: "heal-disk" });
    expect((await site.bdap("nodes", "drain", "calm", "--reason", "room again")).exitCode).toBe(0);
    await site.untilState("calm", "drained");
    expect((await site.bdap("nodes", "resume", "calm")).exitCode).toBe(0);
    await site.untilState("hub", "ready");
    await site.untilState("calm", "ready");
  });

  it("starts from the newest good copy when its state file is corrupt, and says so loudly", async () => {
    expect((await site.bdap("nodes", "maintenance", "calm", "--reason", "must survive")).exitCode).toBe(0);
    await site.untilState("calm", "maintenance");
    expect((await site.bdap("nodes", "maintenance", "storm", "--reason", "may be lost")).exitCode).toBe(0);
    await site.untilState("storm", "maintenance");
    const after = await site.lastEvent();
    // Garbles the middle of the newest copy, as a bad sector would.
    await site.run(
      "hub",
      `cd /var/lib/bdap-control-plane && newest=$(ls state-*.json | tail -1) &&
       printf 'XXXXXXXX' | dd of="$newest" bs=1 seek=$(( $(stat -c %s "$newest") / 2 )) conv=notrunc status=none &&
       systemctl kill -s KILL bdap-control-plane && systemctl restart bdap-control-plane`,
    );
    const recovered = await site.event(after, (event) => event.code === "STATE_RECOVERED");
    expect(recovered).toMatchObject({ severity: "critical" });
    expect((await site.node("calm")).state).toBe("maintenance");
    for (const host of ["calm", "storm"]) await site.bdap("nodes", "resume", host);
    for (const host of ["hub", "calm", "storm"]) await site.untilState(host, "ready");
    expect((await site.apply()).failures).toEqual([]);
  });
});
