import { type FileSystem, fileSystems } from "../../collectors/file-systems/collector.ts";
import type { Check, Finding } from "../check.ts";
import { percent } from "../figures.ts";

type Limit = "warningShare" | "criticalShare" | "backShare";
type Reading = readonly FileSystem[];

/** A local file system can hold hardly any more files, however much room is left. */
export const diskInodes: Check<Reading, Limit, undefined> = {
  name: "disk-inodes",
  title: "Room for files on local file systems",
  reads: fileSystems,
  codes: ["AGENT_DISK_INODES_LOW"],
  severity: "warning",
  toleranceSeconds: 0,
  dependsOn: ["stale-mount"],
  limits: { warningShare: 0.05, criticalShare: 0.01, backShare: 0.02 },
  judge: ({ reading, was, limits }) =>
    reading.map((fileSystem) => judgeOne(fileSystem, was(fileSystem.mountpoint) === "problem", limits)),
};

function judgeOne(fileSystem: FileSystem, wasProblem: boolean, limits: Readonly<Record<Limit, number>>): Finding {
  const { mountpoint: subject, inodes, inodesFree } = fileSystem;
  if (inodes === 0) {
    return { subject, status: "ok", message: `${subject} (${fileSystem.type}) makes room for files as needed.` };
  }
  const share = inodesFree / inodes;
  const message = `${inodesFree} (${percent(share)}) of ${inodes} inodes on ${subject} are free.`;
  if (share >= limits.warningShare + (wasProblem ? limits.backShare : 0)) return { subject, status: "ok", message };
  const severity = share < limits.criticalShare ? "critical" : "warning";
  const hint = `Find the many small files (\`du -x --inodes --max-depth=3 ${subject} | sort -n | tail\`) and delete them.`;
  return { subject, status: "problem", severity, message, hint };
}
