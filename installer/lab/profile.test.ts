import { describe, expect, it } from "vitest";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { bytesOf, labAddresses, loadLabProfile, parseLabProfile, shippedProfiles, withOverrides } from "./profile.ts";

const small = `
name: pair
subnet: 10.80.0.0/24
hosts:
  - { name: a, os: trixie, disks: [{ size: 1G }, { size: 512M, signature: lvm }] }
  - { name: b, os: bookworm, memory: 1G, cpus: 0.5, role: storage }
`;

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof ApplianceError ? `${error.code}: ${error.message}` : String(error);
  }
  return undefined;
}

describe("lab profiles", () => {
  it("reads a complete profile", () => {
    const profile = parseLabProfile(small, "small.yml");
    expect(profile.hosts.map((host) => [host.name, host.os, host.disks?.length ?? 0])).toEqual([
      ["a", "trixie", 2],
      ["b", "bookworm", 0],
    ]);
  });

  it("ships profiles that are valid, the demo with six hosts and a Debian 12 one among them", async () => {
    expect((await shippedProfiles()).sort()).toEqual(["demo", "tiny"]);
    const demo = await loadLabProfile("demo");
    expect(demo.hosts).toHaveLength(6);
    expect(demo.hosts.filter((host) => host.os === "bookworm").map((host) => host.name)).toEqual(["cpu2"]);
    expect(demo.hosts.every((host) => host.role === undefined)).toBe(true);
    expect((await loadLabProfile("tiny")).hosts).toHaveLength(2);
  });

  it.each([
    ["an unknown field", small.replace("memory: 1G", "ram: 1G"), /LAB_PROFILE_INVALID.*hosts\/1/],
    ["a size without unit", small.replace("size: 1G", "size: 1"), /LAB_PROFILE_INVALID.*hosts\/0\/disks\/0\/size/],
    ["an unknown release", small.replace("os: trixie", "os: sid"), /LAB_PROFILE_INVALID.*hosts\/0\/os/],
    ["a name that is a path", small.replace("name: pair", "name: ../etc"), /LAB_PROFILE_INVALID.*name/],
    ["two hosts of one name", small.replace("name: b", "name: a"), /LAB_PROFILE_INVALID.*two hosts are called "a"/],
    ["a subnet that is none", small.replace("10.80.0.0/24", "10.80.0.0/33"), /LAB_PROFILE_INVALID.*10\.80\.0\.0\/33/],
    ["no hosts", "name: x\nsubnet: 10.80.0.0/24\nhosts: []", /LAB_PROFILE_INVALID.*hosts/],
    ["an empty file", "", /LAB_PROFILE_INVALID/],
    ["text that is no YAML", "name: [", /KERNEL_YAML_UNPARSABLE/],
  ])("refuses %s", (_, text, expected) => {
    expect(codeOf(() => parseLabProfile(text, "p.yml"))).toMatch(expected);
  });

  it("names the known profiles when there is none of that name", async () => {
    await expect(loadLabProfile("nonesuch")).rejects.toMatchObject({ code: "LAB_PROFILE_UNKNOWN", kind: "user" });
  });

  it("takes another name and subnet, checked as the file is", () => {
    const profile = parseLabProfile(small, "small.yml");
    expect(withOverrides(profile, { name: "other", subnet: "10.81.0.0/24" })).toMatchObject({
      name: "other",
      subnet: "10.81.0.0/24",
    });
    expect(codeOf(() => withOverrides(profile, { name: "No/good" }))).toMatch(/LAB_NAME_INVALID/);
    expect(codeOf(() => withOverrides(profile, { subnet: "fe80::/64" }))).toMatch(/LAB_PROFILE_INVALID/);
  });
});

describe("lab addresses", () => {
  it("gives the machine the first address and the hosts those from .11 on", () => {
    expect(labAddresses("10.77.0.0/24", 3)).toEqual({
      subnet: "10.77.0.0/24",
      prefixLength: 24,
      gateway: "10.77.0.1",
      hosts: ["10.77.0.11", "10.77.0.12", "10.77.0.13"],
    });
  });

  it("takes the network of an address that is not its first one", () => {
    expect(labAddresses("10.77.3.9/16", 1)).toMatchObject({ subnet: "10.77.0.0/16", gateway: "10.77.0.1" });
    expect(labAddresses("192.168.5.32/28", 4)?.hosts).toEqual([
      "192.168.5.43",
      "192.168.5.44",
      "192.168.5.45",
      "192.168.5.46",
    ]);
  });

  it.each([
    ["10.0.0.0/8", 1],
    ["10.0.0.0/29", 1],
    ["192.168.5.32/28", 5],
    ["10.0.0.0", 1],
    ["nonsense", 1],
  ])("refuses %s for %i hosts", (subnet, count) => {
    expect(labAddresses(subnet, count)).toBeUndefined();
  });
});

it("reads sizes in binary units", () => {
  expect([bytesOf("512M"), bytesOf("20G"), bytesOf("8T")]).toEqual([536870912, 21474836480, 8796093022208]);
});
