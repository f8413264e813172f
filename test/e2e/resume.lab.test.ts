import { cp, readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labDown, loadLabProfile, withOverrides } from "#installer/lab/lab.ts";
import { installPlan } from "#installer/phases/plans.ts";
import { documentOf, type Line } from "./command.ts";
import { applied, LabSite } from "./lab-site.ts";

const NAME = "e2eresume";
const SUBNET = "10.82.1.0/24";

/** What is seen in the stream of events at the moment of the kill. */
type Moment = (line: Line) => boolean;

const phaseBegins =
  (phase: string): Moment =>
  (line) =>
    line["type"] === "phase-start" && line["phase"] === phase;

/** An event of the engine with these properties. */
const engineSays =
  (phase: string, wanted: Line): Moment =>
  (line) => {
    if (line["type"] !== "engine" || line["phase"] !== phase) return false;
    const event = line["event"] as Line;
    return Object.entries(wanted).every(([key, value]) => event[key] === value);
  };

describe("an apply that is killed", () => {
  let site: LabSite;
  /** Phase in which the last run was killed; what the next one must say it resumes. */
  let killedIn: string | null = null;

  beforeAll(async () => {
    site = await LabSite.boot(withOverrides(await loadLabProfile("tiny"), { name: NAME, subnet: SUBNET }));
    await site.answer();
    for (const step of ["probe", "plan"]) {
      const { exitCode, stderr } = await site.bdap(step);
      expect({ step, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ step, exitCode: 0, stderr: "" });
    }
  });

  afterAll(async () => {
    await site?.remove();
    await labDown(NAME);
  });

  /** Starts an apply, kills it with everything it started at `moment`, and tells what it resumed and where it was. */
  async function kill(moment: Moment) {
    const running = site.start("apply", "--json");
    const seen = await running.line(moment);
    running.kill("SIGKILL");
    const ended = await running.ended;
    // What it says of itself is why the moment never came.
    if (seen === undefined) throw new Error(`the moment never came: ${JSON.stringify(applied(ended).failures)}`);
    expect(ended.signal).toBe("SIGKILL");
    const began = await running.line((line) => line["type"] === "run-start");
    const journal = (await readFile(`${site.path}/journal.jsonl`, "utf8")).trim().split("\n");
    const phases = journal.map((line) => JSON.parse(line) as Line).filter((record) => record["type"] === "phase-start");
    const resumed = began?.["resumed"] as { readonly phase: string } | null;
    return { resumed: resumed?.phase ?? null, phase: String(phases.at(-1)?.["phase"]) };
  }

  /** Kills in a phase that may be over sooner than it can be hit: from the same state again until it was. */
  async function killWithin(phase: string) {
    const backup = `${site.path}.before`;
    await cp(site.path, backup, { recursive: true });
    try {
      for (let attempt = 1; ; attempt += 1) {
        const killed = await kill(phaseBegins(phase));
        expect(killed.resumed).toBe(killedIn);
        if (killed.phase === phase) return;
        if (attempt === 10) throw new Error(`${phase} was over before the kill, ten times; last: ${killed.phase}`);
        await rm(site.path, { recursive: true });
        await cp(backup, site.path, { recursive: true });
      }
    } finally {
      await rm(backup, { recursive: true });
      killedIn = phase;
    }
  }

  const killAt = async (phase: string, moment: Moment) => {
    const killed = await kill(moment);
    expect(killed).toEqual({ resumed: killedIn, phase });
    killedIn = phase;
  };

  const invocation = async (host: string, unit: string) =>
    site.run(host, `systemctl show --value -p InvocationID ${unit}`);
  const reloadsOfSsh = async (host: string) =>
    Number(await site.run(host, "journalctl --quiet -u ssh -g 'SIGHUP' --output=cat | wc -l"));
  const notified = (phase: string, handler: string, host: string) =>
    engineSays(phase, { type: "handler-notified", handler, host });

  it("in a phase that touches no host, resumes there and takes the dead one's lock over", async () => {
    await killWithin("make-credentials");
    const lock = JSON.parse(await readFile(`${site.path}/lock.json`, "utf8")) as Line;
    expect(lock["what"]).toBe("bdap apply");
    await killWithin("render-files");
    await killWithin("write-inventory");
  });

  it("with changed settings that no service has read yet: the owed handlers run in the resumed run", async () => {
    const before = { one: await reloadsOfSsh("one"), two: await reloadsOfSsh("two") };
    const seen = new Set<string>();
    await killAt("provision-baseline", (line) => {
      for (const host of ["one", "two"]) {
        if (notified("provision-baseline", "Reload the firewall", host)(line)) seen.add(host);
      }
      return seen.size === 2;
    });
    for (const host of ["one", "two"] as const) expect(await reloadsOfSsh(host)).toBe(before[host]);

    const journald = {
      one: await invocation("one", "systemd-journald"),
      two: await invocation("two", "systemd-journald"),
    };
    seen.clear();
    await killAt("provision-baseline", (line) => {
      for (const host of ["one", "two"]) {
        if (notified("provision-baseline", "Restart the journal", host)(line)) seen.add(host);
      }
      return seen.size === 2;
    });
    // What the first kill owed has run, SSH settings were changed before the firewall's: sshd reads its new settings, and nothing puts the old ones back later.
    for (const host of ["one", "two"] as const) {
      expect(await reloadsOfSsh(host)).toBeGreaterThan(before[host]);
      expect(await invocation(host, "systemd-journald")).toBe(journald[host]);
      expect(
        await site.run(host, "systemctl is-active bdap-way-back.timer; ls -d /var/lib/bdap-way-back 2>&1; true"),
      ).toMatch(/^inactive\nls: cannot access/);
    }

    await killAt("provision-control-plane", notified("provision-control-plane", "Restart the control plane", "one"));
    for (const host of ["one", "two"] as const)
      expect(await invocation(host, "systemd-journald")).not.toBe(journald[host]);
  });

  it("while the control plane is told of the nodes, and between a join token and its use", async () => {
    await killWithin("register-nodes");
    await killAt(
      "provision-agents",
      engineSays("provision-agents", { type: "task-result", task: "Join token", status: "changed" }),
    );
    await killWithin("verify-site");
  });

  it("ends well at last, with every node ready, and has nothing left to resume or to do", async () => {
    const last = await site.apply();
    expect(last.begin.resumed).toMatchObject({ phase: "verify-site" });
    expect(last.failures).toEqual([]);
    expect(last.ended.exitCode).toBe(0);
    const status = await site.status();
    expect(status.nodes.map(({ name, state }) => [name, state])).toEqual([
      ["one", "ready"],
      ["two", "ready"],
    ]);
    const again = await site.apply();
    expect(again.begin.resumed).toBeNull();
    expect(again.changes).toEqual([]);
    expect(again.end).toMatchObject({ changed: false, exitCode: 0 });
  });

  it("refuses a second apply while one runs, and says who holds the site; a check beside it is allowed", async () => {
    const first = site.start("apply", "--json");
    await first.line((line) => line["type"] === "phase-start");
    const second = await site.bdap("apply", "--json");
    expect(second.exitCode).toBe(1);
    const { error } = documentOf(second) as { error: Line };
    expect(error).toMatchObject({ code: "INSTALLER_SITE_LOCKED", kind: "user", hint: expect.stringMatching(/\S/) });
    expect(error["message"]).toContain(`process ${first.pid}`);
    expect(error["message"]).toContain("bdap apply");
    expect((await first.ended).exitCode).toBe(0);
  });

  it("resumes after Ctrl-C as after a kill, with exit status 130", async () => {
    await site.run("two", "echo '# by hand' >>/etc/systemd/journald.conf.d/60-bdap.conf");
    const before = await invocation("two", "systemd-journald");
    const running = site.start("apply", "--json");
    await running.line(notified("provision-baseline", "Restart the journal", "two"));
    running.kill("SIGINT");
    const stopped = await running.ended;
    expect(stopped.exitCode).toBe(130);
    await sleep(1000);
    expect((await site.apply()).failures).toEqual([]);
    expect(await invocation("two", "systemd-journald")).not.toBe(before);
  });

  it("killed while a change is being made: its handler is owed whether or not the change was made", async () => {
    await site.run("two", "echo '# by hand' >>/etc/systemd/journald.conf.d/60-bdap.conf");
    const before = await invocation("two", "systemd-journald");
    const intended = engineSays("provision-baseline", {
      type: "handler-intended",
      handler: "Restart the journal",
      host: "two",
    });
    const { phase } = await kill(intended);
    expect(phase).toBe("provision-baseline");
    // What the dead run began on the host comes to its end there.
    await sleep(1000);
    // As if the kill had come after the change: nothing on the host tells the resumed run that its journal is behind.
    await site.run("two", "sed -i '/^# by hand$/d' /etc/systemd/journald.conf.d/60-bdap.conf");
    const { failures, changes } = await site.apply();
    expect(failures).toEqual([]);
    expect(changes).toEqual(["two: Restart the journal"]);
    expect(await invocation("two", "systemd-journald")).not.toBe(before);
  });

  it("covers every phase of an apply", () => {
    expect(installPlan.map((phase) => phase.name)).toEqual([
      "make-credentials",
      "render-files",
      "write-inventory",
      "provision-baseline",
      "provision-control-plane",
      "register-nodes",
      "provision-agents",
      "verify-site",
    ]);
  });
});
