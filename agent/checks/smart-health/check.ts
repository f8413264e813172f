import { type SmartReading, smart } from "../../collectors/smart/collector.ts";
import type { SmartDisk } from "../../collectors/smart/report.ts";
import type { Severity } from "../../protocol/messages.ts";
import type { Check, Finding } from "../check.ts";

type Limit = "pendingSectors" | "uncorrectableErrors" | "reallocatedSectors" | "wearPercent";

/** A disk says that it fails, or its counters do. */
export const smartHealth: Check<SmartReading, Limit, undefined> = {
  name: "smart-health",
  title: "Disks are healthy by their own account",
  reads: smart,
  codes: ["AGENT_DISK_FAILING", "AGENT_SMART_UNREAD"],
  severity: "warning",
  // The first report is written a minute or two after boot.
  toleranceSeconds: 600,
  dependsOn: [],
  limits: { pendingSectors: 1, uncorrectableErrors: 1, reallocatedSectors: 100, wearPercent: 95 },
  judge({ reading, limits }): Finding[] {
    return whole(reading) ?? reading.disks.map((disk) => judgeDisk(disk, limits));
  },
};

/** What is said of the node as a whole, where no disk can be judged. */
function whole({ state, tool, disks, ageSeconds }: SmartReading): Finding[] | undefined {
  const subject = "";
  const code = "AGENT_SMART_UNREAD";
  if (state === "off") return [{ subject, code, status: "ok", message: "SMART is not read on this node." }];
  if (state !== "read") {
    const message =
      state === "absent"
        ? "SMART has not been read yet."
        : `SMART was last read ${Math.round(ageSeconds / 60)} min ago, or before the last boot.`;
    const hint = "See `systemctl status bdap-smart.timer bdap-smart.service`.";
    return [{ subject, code, status: "unknown", severity: "info", message, hint }];
  }
  if (disks.length === 0) return [{ subject, code, status: "ok", message: "There are no disks with SMART." }];
  if (tool) return undefined;
  const message = `${disks.length} disks cannot be judged: smartctl is not installed.`;
  return [{ subject, code, status: "unknown", severity: "info", message, hint: "Install smartmontools." }];
}

function judgeDisk(disk: SmartDisk, limits: Readonly<Record<Limit, number>>): Finding {
  const subject = disk.name;
  const name = `${disk.name} (${disk.model}, serial ${disk.serial})`;
  const troubles = troublesOf(disk, limits);
  if (troubles.length > 0) {
    const severity: Severity = troubles.some(({ failing }) => failing) ? "critical" : "warning";
    const message = `${name}: ${troubles.map(({ words }) => words).join("; ")}.`;
    const hint = `Move its data away and replace the disk with serial ${disk.serial}; details: \`smartctl -x /dev/${disk.name}\`.`;
    return { subject, status: "problem", severity, message, hint };
  }
  if (disk.passed === null) {
    return {
      subject,
      status: "ok",
      message: `${name} does not tell of its health${disk.reason === null ? "" : ` (${disk.reason})`}.`,
    };
  }
  const celsius = disk.temperatureCelsius === null ? "" : `, ${disk.temperatureCelsius} °C`;
  const wear = disk.wearPercent === null ? "" : `, ${disk.wearPercent} % worn`;
  return { subject, status: "ok", message: `${name} is healthy${celsius}${wear}.` };
}

function troublesOf(disk: SmartDisk, limits: Readonly<Record<Limit, number>>): { words: string; failing: boolean }[] {
  const found: { words: string; failing: boolean }[] = [];
  if (disk.passed === false) found.push({ words: "the disk itself expects to fail", failing: true });
  if (disk.spareBelowThreshold === true) found.push({ words: "its spare blocks are used up", failing: true });
  const over = (value: number | null, limit: number, words: string) => {
    if (value !== null && value >= limit) found.push({ words: `${value} ${words}`, failing: false });
  };
  over(disk.pendingSectors, limits.pendingSectors, "sectors cannot be read");
  over(disk.uncorrectableErrors, limits.uncorrectableErrors, "errors could not be corrected");
  over(disk.reallocatedSectors, limits.reallocatedSectors, "sectors were replaced");
  over(disk.wearPercent, limits.wearPercent, "% of its rated life are used up");
  return found;
}
