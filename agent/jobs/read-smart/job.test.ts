import { describe, expect, it } from "vitest";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import { capturedHost } from "../../collectors/node-host.ts";
import { SmartReport } from "../../collectors/smart/report.ts";
import { commandDeadline, commandMissing } from "../../errors.ts";
import { readSmart } from "./job.ts";
import { parseSmartctl } from "./smartctl.ts";

const ask = (disk: string) => `smartctl --json --info --health --attributes --log=error --nocheck=standby /dev/${disk}`;
const FILES = {
  "/proc/uptime": "2672.48 5000.00\n",
  "/proc/sys/kernel/random/boot_id": "6a0c\n",
  "/sys/block/sda/size": "1",
  "/sys/block/sdb/size": "1",
  "/sys/block/nvme0n1/size": "1",
  "/sys/block/loop0/size": "1",
  "/dev/sda": "",
  "/dev/nvme0n1": "",
  "/dev/loop0": "",
};

const ATA = {
  model_name: "ST8000NM000A",
  serial_number: "ZA1",
  smart_status: { passed: true },
  temperature: { current: 31 },
  ata_smart_attributes: {
    table: [
      { id: 5, name: "Reallocated_Sector_Ct", raw: { value: 3, string: "3" } },
      { id: 197, name: "Current_Pending_Sector", raw: { value: 8, string: "8" } },
      { id: 198, name: "Offline_Uncorrectable", raw: { value: 2, string: "2" } },
    ],
  },
};
const NVME = {
  model_name: "SAMSUNG MZQL2",
  serial_number: "S64",
  smart_status: { passed: false, nvme: { value: 4 } },
  temperature: { current: 44 },
  nvme_smart_health_information_log: {
    available_spare: 5,
    available_spare_threshold: 10,
    percentage_used: 101,
    media_errors: 7,
  },
};
const SCSI = {
  scsi_model_name: "SEAGATE ST18000NM",
  serial_number: "ZR5",
  smart_status: { passed: true },
  scsi_grown_defect_list: 12,
  scsi_error_counter_log: { read: { total_uncorrected_errors: 1 }, write: { total_uncorrected_errors: 2 } },
};

describe("smartctl's JSON", () => {
  it("is read from ATA, NVMe and SCSI disks", () => {
    expect(parseSmartctl("sda", JSON.stringify(ATA))).toMatchObject({
      passed: true,
      reallocatedSectors: 3,
      pendingSectors: 8,
      uncorrectableErrors: 2,
      wearPercent: null,
      temperatureCelsius: 31,
      reason: null,
    });
    expect(parseSmartctl("nvme0n1", JSON.stringify(NVME))).toMatchObject({
      passed: false,
      uncorrectableErrors: 7,
      wearPercent: 101,
      spareBelowThreshold: true,
    });
    expect(parseSmartctl("sdc", JSON.stringify(SCSI))).toMatchObject({
      model: "SEAGATE ST18000NM",
      reallocatedSectors: 12,
      uncorrectableErrors: 3,
    });
  });

  it("is a reason where the disk does not say, or it is no JSON", () => {
    const silent = { smartctl: { messages: [{ string: "Unable to detect device type", severity: "error" }] } };
    expect(parseSmartctl("vda", JSON.stringify(silent))).toMatchObject({
      passed: null,
      reason: "Unable to detect device type",
    });
    expect(parseSmartctl("sda", "smartctl: command line error").reason).toContain("not JSON");
    expect(parseSmartctl("sda", '{"temperature": "hot"}').reason).toContain("temperature");
    expect(parseSmartctl("sda", "[]").passed).toBeNull();
  });
});

describe("read-smart", () => {
  it("asks the disks that are this node's own, and reports what does not answer", async () => {
    const commands = {
      "smartctl --version": "smartctl 7.4 2023-08-01 r5530 [x86_64-linux] (local build)\n",
      [ask("sda")]: { status: 64, stdout: JSON.stringify(ATA), stderr: "" },
      [ask("nvme0n1")]: commandDeadline(["smartctl"], 30_000),
    };
    const report = await readSmart(capturedHost({ files: FILES, commands }));
    expect(schemaProblems(SmartReport, report)).toEqual([]);
    expect(report).toMatchObject({ tool: "7.4", bootId: "6a0c", uptimeSeconds: 2672.48 });
    expect(report.disks.map(({ name, passed }) => [name, passed])).toEqual([
      ["nvme0n1", null],
      ["sda", true],
    ]);
    expect(report.disks[0]?.reason).toContain("30 s");
  });

  it("reports the disks also without the tool", async () => {
    const commands = { "smartctl --version": commandMissing(["smartctl"], new Error("ENOENT")) };
    const report = await readSmart(capturedHost({ files: FILES, commands }));
    expect(report.tool).toBeNull();
    expect(report.disks.map(({ reason }) => reason)).toEqual([
      "smartctl is not installed",
      "smartctl is not installed",
    ]);
  });
});
