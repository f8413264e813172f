import { expect, it } from "vitest";
import { parseLabProfile } from "./profile.ts";
import { differenceBetween, labNames, plannedState } from "./state.ts";

const profile = (name: string, subnet = "10.80.0.0/24") =>
  parseLabProfile(
    `name: ${name}
subnet: ${subnet}
hosts:
  - { name: a, os: trixie, disks: [{ size: 1G }, { size: 1G }] }
  - { name: b, os: trixie, disks: [{ size: 1G }] }
`,
    "p.yml",
  );

it("plans a lab whose every name on the machine is its own", () => {
  const [one, two] = [plannedState(profile("one")), plannedState(profile("two"))];
  for (const state of [one, two]) {
    const names = labNames(state.name);
    expect(state.bridge).toBe(names.bridge);
    expect(state.hosts.every((host) => host.link.startsWith(names.linkPrefix))).toBe(true);
    expect(state.hosts.every((host) => host.machine.startsWith(names.machinePrefix))).toBe(true);
    expect(state.hosts.every((host) => host.directory.startsWith(`/var/lib/bdap-lab/${state.name}/hosts/`))).toBe(true);
  }
  const names = (state: typeof one) => [state.bridge, ...state.hosts.flatMap((host) => [host.link, host.machine])];
  expect(names(one).filter((name) => names(two).includes(name))).toEqual([]);
});

it("keeps interface names within the kernel's 15 characters", () => {
  const longest = plannedState(profile("abcdefghijklmnopqrst"));
  for (const name of [longest.bridge, ...longest.hosts.map((host) => host.link)]) {
    expect(name.length).toBeLessThanOrEqual(15);
  }
});

it.each(["", ".", "..", "../../etc", "a/b", "A", "-a", "a".repeat(21), "a b"])(
  "refuses %j as the name of a lab",
  (name) => {
    expect(() => labNames(name)).toThrow(/cannot be the name of a lab/);
  },
);

it("gives every disk a serial of its own that stays the same", () => {
  const serials = (name: string) =>
    plannedState(profile(name)).hosts.flatMap((host) => host.disks.map((d) => d.serial));
  expect(new Set([...serials("one"), ...serials("two")]).size).toBe(6);
  expect(serials("one")).toEqual(serials("one"));
  expect(serials("one").every((serial) => /^BDL[0-9A-F]{10}$/.test(serial))).toBe(true);
});

it("tells in which way a lab differs from the profile it should have", () => {
  const lab = plannedState(profile("one"));
  const running = {
    ...lab,
    hosts: lab.hosts.map((host) => ({
      ...host,
      status: "running" as const,
      pid: 7,
      disks: host.disks.map((disk) => ({ ...disk, device: "/dev/loop3" })),
    })),
  };
  expect(differenceBetween(running, lab)).toBeUndefined();
  expect(differenceBetween(running, plannedState(profile("one", "10.81.0.0/24")))).toContain("10.81.0.0/24");
  const [first, second] = lab.hosts;
  if (first === undefined || second === undefined) throw new Error("the profile has two hosts");
  expect(differenceBetween(running, { ...lab, hosts: [first] })).toBe("it has hosts a, b, not a");
  const grown = { ...second, memoryBytes: second.memoryBytes * 2 };
  expect(differenceBetween(running, { ...lab, hosts: [first, grown] })).toMatch(/^b has another/);
});
