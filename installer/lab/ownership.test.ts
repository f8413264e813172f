import { describe, expect, it } from "vitest";
import { parseLoopDevices } from "./disks.ts";
import { mountPointsIn } from "./mounts.ts";
import { masqueradeRules } from "./network.ts";
import { overlappingRoute } from "./preflight.ts";
import { belongsToLab } from "./processes.ts";
import { labNames } from "./state.ts";

const directory = "/var/lib/bdap-lab/dev";

describe("what belongs to a lab on the machine", () => {
  it.each([
    ["a keeper", ["/bin/bash", "/opt/bdap/keep-host.sh", `${directory}/hosts/a`, "--"], true],
    ["its container", ["systemd-nspawn", "--boot", `--directory=${directory}/hosts/a/root`], true],
    ["its package cache", ["/usr/bin/node", "/opt/bdap/package-cache/main.js", directory, "10.0.0.1"], true],
    ["another lab's container", ["systemd-nspawn", "--boot", `--directory=${directory}2/hosts/a/root`], false],
    ["another lab's keeper", ["/bin/bash", "/opt/bdap/keep-host.sh", "/var/lib/bdap-lab/other/hosts/a"], false],
    ["a foreign container", ["systemd-nspawn", "--directory=/srv/machine"], false],
    ["someone who reads a log", ["less", `${directory}/hosts/a/console.log`], false],
    ["someone who looks for it", ["grep", "keep-host.sh", `${directory}/hosts/a`], false],
  ])("counts %s", (_, args, expected) => {
    expect(belongsToLab({ pid: 1, args }, directory)).toBe(expected);
  });

  it("counts mounts below its directory, the last one first", () => {
    const line = (id: number, point: string) => `${id} 27 0:79 / ${point} rw,relatime shared:1 - ext4 /dev/loop1 rw`;
    const info = [
      line(1, "/"),
      line(2, directory),
      line(3, `${directory}/hosts/a/writable`),
      line(4, `${directory}2/hosts/a`),
      line(5, `${directory}/hosts/with\\040space`),
      "",
    ].join("\n");
    expect(mountPointsIn(info, directory)).toEqual([
      `${directory}/hosts/with space`,
      `${directory}/hosts/a/writable`,
      directory,
    ]);
    expect(mountPointsIn("", directory)).toEqual([]);
  });

  it("reads losetup's list, also of removed files, and nothing from garbage of the right form", () => {
    const list = {
      loopdevices: [
        { name: "/dev/loop0", "back-file": `${directory}/hosts/a/root.img` },
        { name: "/dev/loop1", "back-file": `${directory}/hosts/a/disks/0.img (deleted)` },
        { name: "/dev/loop2", "back-file": null },
        { "back-file": 7 },
      ],
    };
    expect(parseLoopDevices(JSON.stringify(list))).toEqual([
      { device: "/dev/loop0", file: `${directory}/hosts/a/root.img` },
      { device: "/dev/loop1", file: `${directory}/hosts/a/disks/0.img` },
    ]);
    expect(parseLoopDevices("")).toEqual([]);
    expect(parseLoopDevices('{"loopdevices": 3}')).toEqual([]);
  });

  it("masquerades in a table of its own name", () => {
    const rules = masqueradeRules({ name: "dev", subnet: "10.77.0.0/24", bridge: "bdl0" });
    expect(rules.match(/^(delete )?table ip \S+/gm)?.every((line) => line.endsWith(labNames("dev").table))).toBe(true);
    expect(rules).toContain('ip saddr 10.77.0.0/24 oifname != "bdl0" masquerade');
  });
});

describe("whether a subnet is free", () => {
  const lab = { subnet: "10.77.0.0/24", bridge: "bdl1" };
  it.each([
    ["the default route", { dst: "default", dev: "eth0" }, undefined],
    ["its own bridge", { dst: "10.77.0.0/24", dev: "bdl1" }, undefined],
    ["a lab's unreachable route", { type: "7", dst: "10.77.0.0/24", protocol: "66" }, undefined],
    ["a neighbour", { dst: "10.78.0.0/24", dev: "eth0" }, undefined],
    ["IPv6", { dst: "fd00::/64", dev: "eth0" }, undefined],
    ["the same network", { dst: "10.77.0.0/24", dev: "eth0" }, "through eth0"],
    ["a wider network", { dst: "10.0.0.0/8", dev: "eth1" }, "through eth1"],
    ["a single address in it", { type: "2", dst: "10.77.0.200", dev: "eth0" }, "through eth0"],
    ["someone else's unreachable route", { type: "7", dst: "10.77.0.0/16", protocol: "3" }, "already"],
  ])("judges %s", (_, route, by) => {
    expect(overlappingRoute(lab, [route])?.by).toBe(by);
  });

  it("takes no routes for free", () => {
    expect(overlappingRoute(lab, [])).toBeUndefined();
    expect(overlappingRoute(lab, "garbage")).toBeUndefined();
  });
});
