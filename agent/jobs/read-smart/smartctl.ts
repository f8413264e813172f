import { type Static, Type } from "typebox";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { SmartDisk } from "../../collectors/smart/report.ts";

const raw = Type.Object({ id: Type.Integer(), raw: Type.Object({ value: Type.Number() }) });

/** The parts of `smartctl --json` that matter here (smartctl(8), JSON output of version 7). */
const SmartctlOutput = Type.Object({
  model_name: Type.Optional(Type.String()),
  scsi_model_name: Type.Optional(Type.String()),
  serial_number: Type.Optional(Type.String()),
  smart_status: Type.Optional(Type.Object({ passed: Type.Optional(Type.Boolean()) })),
  temperature: Type.Optional(Type.Object({ current: Type.Optional(Type.Number()) })),
  ata_smart_attributes: Type.Optional(Type.Object({ table: Type.Array(raw) })),
  nvme_smart_health_information_log: Type.Optional(
    Type.Object({
      available_spare: Type.Optional(Type.Number()),
      available_spare_threshold: Type.Optional(Type.Number()),
      percentage_used: Type.Optional(Type.Number()),
      media_errors: Type.Optional(Type.Number()),
    }),
  ),
  scsi_grown_defect_list: Type.Optional(Type.Number()),
  scsi_percentage_used_endurance_indicator: Type.Optional(Type.Number()),
  endurance_used: Type.Optional(Type.Object({ current_percent: Type.Optional(Type.Number()) })),
  scsi_error_counter_log: Type.Optional(
    Type.Object({
      read: Type.Optional(Type.Object({ total_uncorrected_errors: Type.Optional(Type.Number()) })),
      write: Type.Optional(Type.Object({ total_uncorrected_errors: Type.Optional(Type.Number()) })),
    }),
  ),
  smartctl: Type.Optional(Type.Object({ messages: Type.Optional(Type.Array(Type.Object({ string: Type.String() }))) })),
});

type SmartctlOutput = Static<typeof SmartctlOutput>;

/** ATA attributes by number: reallocated, pending, offline uncorrectable. */
const REALLOCATED = 5;
const PENDING = 197;
const UNCORRECTABLE = 198;

/** What `smartctl --json --info --health --attributes` says of the disk `name`; anything unreadable is a reason. */
export function parseSmartctl(name: string, text: string): SmartDisk {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unreadable(name, "smartctl's output is not JSON");
  }
  const problems = schemaProblems(SmartctlOutput, value, 1);
  if (problems[0] !== undefined)
    return unreadable(name, `smartctl's output is odd at ${problems[0].path || "its top"}`);
  const output = value as SmartctlOutput;
  const ata = new Map(output.ata_smart_attributes?.table.map(({ id, raw }) => [id, raw.value]));
  const nvme = output.nvme_smart_health_information_log;
  const passed = output.smart_status?.passed ?? null;
  const messages = output.smartctl?.messages?.map(({ string }) => string).join("; ") ?? "";
  return {
    name,
    model: (output.model_name ?? output.scsi_model_name ?? "unknown model").slice(0, 128),
    serial: (output.serial_number ?? "unknown").slice(0, 128),
    passed,
    reallocatedSectors: whole(ata.get(REALLOCATED) ?? output.scsi_grown_defect_list),
    pendingSectors: whole(ata.get(PENDING)),
    uncorrectableErrors: whole(ata.get(UNCORRECTABLE) ?? nvme?.media_errors ?? scsiErrors(output)),
    wearPercent: whole(
      nvme?.percentage_used ??
        output.endurance_used?.current_percent ??
        output.scsi_percentage_used_endurance_indicator,
    ),
    spareBelowThreshold: spareBelow(nvme?.available_spare, nvme?.available_spare_threshold),
    temperatureCelsius: output.temperature?.current ?? null,
    reason: passed === null ? (messages || "it has no SMART").slice(0, 512) : null,
  };
}

export function unreadable(name: string, reason: string): SmartDisk {
  return {
    name,
    model: "unknown model",
    serial: "unknown",
    passed: null,
    reallocatedSectors: null,
    pendingSectors: null,
    uncorrectableErrors: null,
    wearPercent: null,
    spareBelowThreshold: null,
    temperatureCelsius: null,
    reason: reason.slice(0, 512),
  };
}

function whole(value: number | undefined): number | null {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function spareBelow(spare: number | undefined, threshold: number | undefined): boolean | null {
  return spare === undefined || threshold === undefined ? null : spare < threshold;
}

function scsiErrors({ scsi_error_counter_log: log }: SmartctlOutput): number | undefined {
  if (log === undefined) return undefined;
  return (log.read?.total_uncorrected_errors ?? 0) + (log.write?.total_uncorrected_errors ?? 0);
}
