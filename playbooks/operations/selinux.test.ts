import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { selinuxBooleanSet } from "./selinux-boolean-set/operation.ts";
import { selinuxModeSet } from "./selinux-mode-set/operation.ts";
import { openTrial, type Trial } from "./testing.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

/** Programs as Enterprise Linux has them, made up for this test: they answer and write down what they are told. */
async function programs(mode: string): Promise<{ readonly PATH: string }> {
  const scripts: Readonly<Record<string, string>> = {
    getenforce: `echo ${mode}`,
    setenforce: `echo "setenforce $*" >>${trial.path("calls")}`,
    selinuxenabled: "exit 0",
    getsebool: 'echo "$1 --> off"',
    setsebool: `echo "setsebool $*" >>${trial.path("calls")}`,
    semanage: "echo 'httpd_can_network_connect (off , off) Allow httpd'",
  };
  await mkdir(trial.path("bin"));
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(trial.path(`bin/${name}`), `#!/bin/sh\n${script}\n`);
    await chmod(trial.path(`bin/${name}`), 0o755);
  }
  await writeFile(trial.path("config"), "# c\nSELINUX=enforcing\nSELINUXTYPE=targeted\n");
  return { PATH: `${trial.path("bin")}:/usr/bin:/bin` };
}

const calls = () => readFile(trial.path("calls"), "utf8").catch(() => "");

describe("selinux-mode-set", () => {
  it("changes file and running mode, and says what needs a restart", async () => {
    const environment = await programs("Enforcing");
    const configfile = trial.path("config");
    const same = await trial.run(
      selinuxModeSet,
      { state: "enforcing", policy: "targeted", configfile },
      { environment },
    );
    expect(same.plan.changes).toEqual([]);
    const off = await trial.run(selinuxModeSet, { state: "disabled", configfile }, { environment });
    expect(off.result).toMatchObject({ changed: true, reboot_required: true, policy: "targeted" });
    expect(await readFile(configfile, "utf8")).toBe("# c\nSELINUX=disabled\nSELINUXTYPE=targeted\n");
    expect(await calls()).toBe("setenforce 0\n");
  });

  it("refuses a mode without a policy, and a host without the file", async () => {
    const environment = await programs("Enforcing");
    const wrong = await trial.run(
      selinuxModeSet,
      { state: "permissive", configfile: trial.path("config") },
      { environment },
    );
    expect(wrong.result.msg).toBe("Policy is required if state is not 'disabled'");
    const missing = await trial.run(
      selinuxModeSet,
      { state: "disabled", configfile: trial.path("none") },
      { environment },
    );
    expect(missing.result.msg).toBe(`Unable to find file ${trial.path("none")}`);
  });
});

describe("selinux-boolean-set", () => {
  it("turns a boolean on, for good when asked, and leaves one that is so", async () => {
    const environment = await programs("Enforcing");
    const name = "httpd_can_network_connect";
    expect(
      (await trial.run(selinuxBooleanSet, { name, state: false, persistent: true }, { environment })).plan.changes,
    ).toEqual([]);
    const on = await trial.run(selinuxBooleanSet, { name, state: true, persistent: true }, { environment });
    expect(on.result).toEqual({ name, state: true, persistent: true, changed: true });
    expect(await calls()).toBe(`setsebool -P ${name} on\n`);
  });
});
