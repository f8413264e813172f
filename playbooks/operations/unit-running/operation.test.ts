import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, type Trial } from "../testing.ts";
import { unitRunning } from "./operation.ts";
import { parseUnitProperties } from "./properties.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

/** A `systemctl` for this test that knows one unit and writes down what it is told to do. */
async function fakeSystemctl(active: string, enabled: string): Promise<Record<string, string>> {
  await mkdir(trial.path("bin"));
  const script = `#!/bin/sh
case "$*" in
"show -- web") printf 'Id=web.service\\nLoadState=loaded\\nActiveState=${active}\\n' ;;
"show -- "*) printf 'LoadState=not-found\\nActiveState=inactive\\n' ;;
"is-enabled -l -- web") echo ${enabled}; [ ${enabled} = enabled ] ;;
"is-enabled"*) exit 1 ;;
"stop -- web") echo "no way" >&2; exit 1 ;;
*) echo "$*" >>${trial.path("calls")} ;;
esac
`;
  await writeFile(trial.path("bin/systemctl"), script);
  await chmod(trial.path("bin/systemctl"), 0o755);
  return { PATH: `${trial.path("bin")}:/usr/bin:/bin` };
}

const calls = () => readFile(trial.path("calls"), "utf8").catch(() => "");

describe("unit-running", () => {
  it("has nothing to do for a unit that runs and is enabled", async () => {
    const environment = await fakeSystemctl("active", "enabled");
    const { plan, result } = await trial.run(
      unitRunning,
      { name: "web", state: "started", enabled: true },
      { environment },
    );
    expect(plan.changes).toEqual([]);
    expect(result).toMatchObject({ changed: false, name: "web", state: "started", enabled: true });
  });

  it("reloads, enables and starts in one script, and only predicts under check mode", async () => {
    const environment = await fakeSystemctl("inactive", "disabled");
    const args = { name: "web", state: "restarted", enabled: true, daemon_reload: true };
    const predicted = (await trial.run(unitRunning, args, { environment, check: true })).result;
    expect(await calls()).toBe("");
    const { plan, result } = await trial.run(unitRunning, args, { environment });
    expect(plan.changes).toHaveLength(1);
    expect(result).toEqual(predicted);
    expect(result).toMatchObject({ changed: true, state: "started", enabled: true });
    expect(await calls()).toBe("daemon-reload\nenable -- web\nstart -- web\n");
  });

  it("fails for an unknown unit, and with systemctl's own words", async () => {
    const environment = await fakeSystemctl("active", "enabled");
    const unknown = await trial.run(unitRunning, { name: "nope", state: "started" }, { environment });
    expect(unknown.result).toMatchObject({ failed: true, msg: "Could not find the requested service nope: host" });
    const refused = await trial.run(unitRunning, { name: "web", state: "stopped" }, { environment });
    expect(refused.result).toMatchObject({ failed: true, msg: "Unable to stop service web: no way\n" });
    const nameless = await trial.run(unitRunning, { state: "started" }, { environment });
    expect(nameless.result.msg).toBe("missing parameter(s) required by 'state': name");
    const hostile = await trial.run(unitRunning, { name: "$(touch evil)'", state: "started" }, { environment });
    expect(hostile.result.failed).toBe(true);
  });
});

describe("properties", () => {
  it("reads values over several lines and values with braces and equals signs", () => {
    const text = "ExecStart={ path=/bin/a ; argv[]=a\nb ; }\nDescription={odd\nX=a=b\nnoise\n";
    expect(parseUnitProperties(text)).toEqual({
      ExecStart: "{ path=/bin/a ; argv[]=a\nb ; }",
      Description: "{odd",
      X: "a=b",
    });
    expect(parseUnitProperties("\u0000garbage")).toEqual({});
  });
});
