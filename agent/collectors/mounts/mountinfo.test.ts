import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { mounts, parseFstab } from "./collector.ts";
import { localMounts, parseMountinfo, remoteMounts } from "./mountinfo.ts";

const BARE_METAL = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,errors=remount-ro
28 27 8:1 / /boot/efi rw,relatime shared:2 - vfat /dev/sda1 rw,fmask=0077
29 27 0:26 / /run rw,nosuid shared:3 - tmpfs tmpfs rw,size=4936732k
30 29 0:60 / /run/user/0 rw,nosuid shared:4 - tmpfs tmpfs rw
31 27 8:17 / /data\\040one ro,relatime shared:5 - xfs /dev/sdb1 ro,attr2
32 27 8:2 /var/lib/x /srv/again rw,relatime shared:6 - ext4 /dev/sda2 rw
33 27 0:70 / /home rw,relatime shared:7 - nfs4 10.0.0.1:/home rw,hard
34 27 0:71 / /bdap rw,relatime shared:8 - fuse.ceph-fuse ceph-fuse rw,allow_other
35 29 0:72 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
36 27 7:1 / /snap/x ro - squashfs /dev/loop1 ro
37 27 0:80 / /net rw - autofs systemd-1 rw,fd=1
`;

/** As the agent's unit sees it: everything read-only by its own mount options, /tmp replaced by a directory of it. */
const UNDER_PROTECTION = `27 1 8:2 / / ro,relatime master:1 - ext4 /dev/sda2 rw
28 27 0:40 / /tmp rw,nosuid master:2 - tmpfs tmpfs rw
29 28 0:40 /systemd-private-1/tmp /tmp rw,nosuid master:2 - tmpfs tmpfs rw
`;

const IN_A_CONTAINER = `598 557 0:91 / / rw,relatime shared:270 - overlay overlay rw,upperdir=/u,workdir=/w
604 601 254:0 /dev-disk /dev/disk ro,relatime - ext4 /dev/vda rw
607 606 254:0 /usr/lib/os-release /run/host/os-release ro - ext4 /dev/vda rw
`;

const points = (list: readonly { mountpoint: string }[]) => list.map(({ mountpoint }) => mountpoint).sort();

describe("mountinfo", () => {
  it("tells the node's own file systems from others', each once", () => {
    const all = parseMountinfo(BARE_METAL);
    expect(points(localMounts(all))).toEqual(["/", "/boot/efi", "/data one", "/run"]);
    expect(points(remoteMounts(all))).toEqual(["/bdap", "/home"]);
  });

  it("looks at the file system, not at the mount's options, for read-only", () => {
    expect(parseMountinfo(UNDER_PROTECTION)[0]?.readOnly).toBe(false);
    expect(points(localMounts(parseMountinfo(UNDER_PROTECTION)))).toEqual(["/", "/tmp"]);
  });

  it("leaves to its host what was handed into a container", () => {
    expect(points(localMounts(parseMountinfo(IN_A_CONTAINER)))).toEqual(["/"]);
  });

  it("leaves out lines and names that would confuse", () => {
    expect(parseMountinfo("garbage\n1 2 3\n\0")).toEqual([]);
    expect(localMounts(parseMountinfo("1 1 8:1 / /a\\012b rw - ext4 /dev/sda1 rw"))).toEqual([]);
  });
});

describe("mounts", () => {
  it("reads what is mounted beside what /etc/fstab wants", async () => {
    const fstab =
      "# comment\nUUID=1 / ext4 errors=remount-ro 0 1\n/dev/sdb1 /data\\040one xfs ro,nofail 0 0\nnone none swap sw\n";
    const host = capturedHost({ files: { "/proc/self/mountinfo": BARE_METAL, "/etc/fstab": fstab } });
    const read = new Map((await mounts.collect(host)).map((mount) => [mount.mountpoint, mount]));
    expect(read.get("/")).toMatchObject({ readOnly: false, wantedReadOnly: false });
    expect(read.get("/data one")).toMatchObject({ readOnly: true, wantedReadOnly: true });
    expect(read.get("/run")?.wantedReadOnly).toBeUndefined();
    expect(parseFstab("garbage").size).toBe(0);
  });
});
