import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packagePresent } from "../package-present/operation.ts";
import { openTrial, type Trial } from "../testing.ts";
import { dnfWords, transactionResults, unknownNames, wouldChange } from "./dnf.ts";
import { rpmPackagesInstalled } from "./operation.ts";

// Written after dnf 4's documentation and translations, not captured: no host of this test's lab has dnf.
const DONE = `Dependencies resolved.
Transaction Summary
================
Install  2 Packages

Installed:
  httpd-2.4.57-5.el9.x86_64       httpd-core-2.4.57-5.el9.x86_64
Removed:
  nginx-1:1.20-1.el9.x86_64

Complete!
`;

describe("dnf's words", () => {
  it("tells what was done, what would be done and what is not known", () => {
    expect(transactionResults(DONE)).toEqual([
      "Installed: httpd-2.4.57-5.el9.x86_64",
      "Installed: httpd-core-2.4.57-5.el9.x86_64",
      "Removed: nginx-1:1.20-1.el9.x86_64",
    ]);
    expect(transactionResults("garbage\u0000\n  x\n")).toEqual([]);
    expect([DONE, "Nothing to do.\n", ""].map(wouldChange)).toEqual([true, false, false]);
    expect(unknownNames("No match for argument: nope\nError: Unable to find a match: nope other\n")).toEqual([
      "nope",
      "other",
    ]);
  });

  it("become one command line", () => {
    const args = {
      enablerepo: ["a"],
      exclude: ["k*"],
      disable_gpg_check: true,
      install_weak_deps: false,
      installroot: "/",
    };
    expect(dnfWords("dnf", args, "install", ["x"])).toEqual(
      "dnf -y --enablerepo=a --exclude=k* --nogpgcheck --setopt=install_weak_deps=False install x".split(" "),
    );
  });
});

describe("rpm-packages-installed", () => {
  let trial: Trial;
  beforeEach(async () => {
    trial = await openTrial();
  });
  afterEach(() => trial.close());

  /** dnf and rpm made up for this test: `bash` is installed, `httpd` can be, nothing else is known. */
  async function programs(): Promise<{ readonly PATH: string }> {
    await mkdir(trial.path("bin"));
    const dnf = `#!/bin/sh
case "$*" in
*nope*) echo "No match for argument: nope"; echo "Error: Unable to find a match: nope" >&2; exit 1 ;;
*--assumeno*) printf 'Transaction Summary\\nInstall  1 Package\\nOperation aborted.\\n'; exit 1 ;;
*) echo "$*" >>${trial.path("calls")}; printf 'Installed:\\n  httpd-2.4-1.el9.x86_64\\n\\nComplete!\\n' ;;
esac
`;
    const rpm = '#!/bin/sh\nfor last; do :; done\n[ "$last" = bash ]\n';
    for (const [name, script] of [
      ["dnf", dnf],
      ["rpm", rpm],
    ] as const) {
      await writeFile(trial.path(`bin/${name}`), script);
      await chmod(trial.path(`bin/${name}`), 0o755);
    }
    return { PATH: `${trial.path("bin")}:/usr/bin:/bin` };
  }

  it("leaves what is there, installs what is missing, predicts, and names what nobody knows", async () => {
    const environment = await programs();
    const same = await trial.run(rpmPackagesInstalled, { name: "bash" }, { environment });
    expect(same.result).toEqual({ changed: false, msg: "Nothing to do", rc: 0, results: [] });
    const predicted = await trial.run(rpmPackagesInstalled, { name: "bash,httpd" }, { environment, check: true });
    expect(predicted.result).toMatchObject({ changed: true, msg: expect.stringContaining("Check mode") });
    const made = await trial.run(rpmPackagesInstalled, { name: ["bash", "httpd"] }, { environment });
    expect(made.result).toEqual({ changed: true, msg: "", rc: 0, results: ["Installed: httpd-2.4-1.el9.x86_64"] });
    expect(await readFile(trial.path("calls"), "utf8")).toBe("-y install httpd\n");
    const unknown = await trial.run(rpmPackagesInstalled, { name: "nope" }, { environment });
    expect(unknown.result).toMatchObject({ failed: true, failures: ["No package nope available."], rc: 1 });
    const gone = await trial.run(rpmPackagesInstalled, { name: "httpd", state: "absent" }, { environment });
    expect(gone.plan.changes).toEqual([]);
    const general = await trial.run(packagePresent, { name: "bash", state: "present", use: "dnf" }, { environment });
    expect(general.result).toMatchObject({ changed: false, msg: "Nothing to do" });
  });
});
