import { type FileSystem, fileSystems } from "../../collectors/file-systems/collector.ts";
import type { Check, Finding } from "../check.ts";
import { bytesInWords, percent } from "../figures.ts";

type Limit = "warningShare" | "criticalShare" | "backShare" | "plentyBytes";
type Reading = readonly FileSystem[];

/** A local file system is nearly full: little is left of it, and not much in bytes either. */
export const diskSpace: Check<Reading, Limit, undefined> = {
  name: "disk-space",
  title: "Room on local file systems",
  reads: fileSystems,
  codes: ["AGENT_DISK_SPACE_LOW"],
  severity: "warning",
  toleranceSeconds: 0,
  dependsOn: ["stale-mount"],
  // `backShare` must be free beyond a limit before it counts as over. Five per cent of a huge disk are plenty.
  limits: { warningShare: 0.1, criticalShare: 0.05, backShare: 0.02, plentyBytes: 100 * 2 ** 30 },
  judge: ({ reading, was, limits }) =>
    reading.map((fileSystem) => judgeOne(fileSystem, was(fileSystem.mountpoint) === "problem", limits)),
};

function judgeOne(fileSystem: FileSystem, wasProblem: boolean, limits: Readonly<Record<Limit, number>>): Finding {
  const { mountpoint: subject, availableBytes, sizeBytes } = fileSystem;
  const share = sizeBytes === 0 ? 0 : availableBytes / sizeBytes;
  const back = wasProblem ? limits.backShare : 0;
  const message = `${bytesInWords(availableBytes)} (${percent(share)}) of ${bytesInWords(sizeBytes)} on ${subject} are left.`;
  if (share >= limits.warningShare + back || availableBytes >= limits.plentyBytes) {
    return { subject, status: "ok", message };
  }
  const severity = share < limits.criticalShare ? "critical" : "warning";
  const hint = `Find what fills it (\`du -xh --max-depth=2 ${subject} | sort -h | tail\`), then delete, move or grow.`;
  return { subject, status: "problem", severity, message, hint };
}
