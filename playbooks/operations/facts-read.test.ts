import { describe, expect, it } from "vitest";
import { packagesRead } from "./packages-read/operation.ts";
import { parsePackages } from "./packages-read/packages.ts";
import { servicesRead } from "./services-read/operation.ts";
import { parseServices } from "./services-read/services.ts";
import { openTrial } from "./testing.ts";

describe("services-read", () => {
  it("tells running, stopped, missing, masked and never loaded services apart", () => {
    const output = [
      "unit ssh.service loaded active running OpenBSD Secure Shell server",
      "unit nftables.service loaded active exited nftables",
      "unit gone.service not-found inactive dead gone.service",
      "unit broken.service loaded failed failed Broken",
      "file ssh.service enabled enabled",
      "file nftables.service disabled enabled",
      "file gone.service masked enabled",
      "file sleepy.service static -",
      "show Id=ssh.service",
      "name ssh.service",
      "name sleepy.service",
      "state active",
      "state inactive",
      "sysv + atd",
      "garbage \u0000",
    ].join("\n");
    expect(parseServices(output)).toEqual({
      "ssh.service": { name: "ssh.service", state: "running", status: "enabled", source: "systemd" },
      "nftables.service": { name: "nftables.service", state: "stopped", status: "disabled", source: "systemd" },
      "gone.service": { name: "gone.service", state: "stopped", status: "not-found", source: "systemd" },
      "broken.service": { name: "broken.service", state: "stopped", status: "failed", source: "systemd" },
      "sleepy.service": { name: "sleepy.service", state: "inactive", status: "static", source: "systemd" },
      atd: { name: "atd", state: "running", source: "sysv" },
    });
  });

  it("plans no change, with or without systemd", async () => {
    const trial = await openTrial();
    const { plan, result } = await trial.run(servicesRead, {});
    await trial.close();
    expect(plan.changes).toEqual([]);
    expect(result.skipped === true || result.ansible_facts !== undefined).toBe(true);
  });
});

describe("packages-read", () => {
  it("lists installed packages of both managers", () => {
    const output =
      "apt\tinstalled\tbash\t5.2\tamd64\tshells\napt\tconfig-files\told\t1\tall\tx\nrpm\tkernel\t6\t1.el9\t(none)\tx86_64\nrpm\tkernel\t6\t2.el9\t0\tx86_64\nnoise\n";
    const bash = { name: "bash", version: "5.2", arch: "amd64", category: "shells", origin: "", source: "apt" };
    expect(parsePackages(output, ["auto"], false)).toEqual({ bash: [bash] });
    const both = parsePackages(output, ["auto"], true);
    expect(both.kernel).toMatchObject([
      { release: "1.el9", epoch: null },
      { release: "2.el9", epoch: 0 },
    ]);
    expect(Object.keys(parsePackages(output, ["dnf"], false))).toEqual(["kernel"]);
  });

  it("reads this machine, and refuses managers it does not know", async () => {
    const trial = await openTrial();
    const { plan, result } = await trial.run(packagesRead, {});
    const unknown = await trial.run(packagesRead, { manager: "pacman" });
    await trial.close();
    expect(plan.changes).toEqual([]);
    expect(result.failed === true || result.ansible_facts !== undefined).toBe(true);
    expect(unknown.result.msg).toBe("Unsupported package managers requested: pacman");
  });
});
