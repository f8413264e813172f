import { type MountState, mounts } from "../../collectors/mounts/collector.ts";
import type { Check, Finding } from "../check.ts";

/** Mount points that were seen to be writable. */
type SeenWritable = ReadonlySet<string>;
type Reading = readonly MountState[];

/** A local file system that ought to be writable is not: the kernel makes it so when a disk fails. */
export const readOnlyFileSystem: Check<Reading, never, SeenWritable> = {
  name: "read-only-file-system",
  title: "Local file systems can be written",
  reads: mounts,
  codes: ["AGENT_FILE_SYSTEM_READ_ONLY"],
  severity: "critical",
  toleranceSeconds: 0,
  dependsOn: ["smart-health"],
  limits: {},
  remember: (reading, _step, seen) =>
    new Set(
      reading.filter((mount) => !mount.readOnly || seen?.has(mount.mountpoint)).map(({ mountpoint }) => mountpoint),
    ),
  judge: ({ reading, memory }) => reading.map((mount) => judgeOne(mount, memory.has(mount.mountpoint))),
};

function judgeOne({ mountpoint, type, source, readOnly, wantedReadOnly }: MountState, seenWritable: boolean): Finding {
  const subject = mountpoint;
  if (!readOnly) return { subject, status: "ok", message: `${subject} can be written.` };
  const expected = wantedReadOnly === undefined ? seenWritable || subject === "/" : !wantedReadOnly;
  if (!expected) return { subject, status: "ok", message: `${subject} is read-only, as it is meant to be.` };
  const message = `${subject} (${type} on ${source}) has become read-only; nothing can be written there.`;
  const hint =
    "Read the kernel's reasons (`journalctl -k -b | grep -iE 'error|remount'`), check the disk, then repair by fsck and remount.";
  return { subject, status: "problem", message, hint };
}
