import { describe, expect, it } from "vitest";
import { withEntry, withoutEntry } from "./fstab.ts";
import { mountedSources } from "./mount-table.ts";

const FSTAB =
  "# made by hand\n/dev/sda1 / ext4 defaults 0 1\n/dev/sdb1 /data xfs noatime 0 0 # big\nnonsense\n/dev/x none swap sw 0 0";
const entry = { src: "/dev/sdb1", name: "/data", fstype: "xfs", opts: "noatime", dump: "0", passno: "0" };

describe("fstab", () => {
  it("keeps an entry that is as wanted, changes one in its place, adds one at the end", () => {
    expect(withEntry(FSTAB, entry)).toBe(`${FSTAB}\n`);
    expect(withEntry(FSTAB, { ...entry, opts: "ro" })).toContain("\n/dev/sdb1 /data xfs ro 0 0\nnonsense\n");
    expect(withEntry(FSTAB, { ...entry, name: "/with space" })).toMatch(
      /\n\/dev\/sdb1 \/with\\040space xfs noatime 0 0\n$/,
    );
  });

  it("tells swap areas apart by their devices", () => {
    const swap = { ...entry, src: "/dev/y", name: "none", fstype: "swap", opts: "sw" };
    expect(withEntry(FSTAB, swap)).toMatch(/\/dev\/x none swap sw 0 0\n\/dev\/y none swap sw 0 0\n$/);
  });

  it("takes an entry out, and leaves what is no entry", () => {
    expect(withoutEntry(FSTAB, "/", undefined)).not.toContain("/dev/sda1");
    expect(withoutEntry(FSTAB, "/nowhere", undefined)).toBe(`${FSTAB}\n`);
    expect(withoutEntry("", "/x", undefined)).toBe("");
  });
});

describe("the table of mounts", () => {
  it("gives the folder behind a bind mount, also below another mount", () => {
    const table = [
      "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
      "40 22 0:35 / /tmp rw - tmpfs tmpfs rw",
      "41 22 8:1 /srv/a /mnt/b\\040c rw - ext4 /dev/sda1 rw",
      "42 40 0:35 /x /mnt/t rw - tmpfs tmpfs rw",
      "garbage",
    ].join("\n");
    expect(Object.fromEntries(mountedSources(table))).toMatchObject({
      "/": "/dev/sda1",
      "/mnt/b c": "/srv/a",
      "/mnt/t": "/tmp/x",
    });
  });
});
