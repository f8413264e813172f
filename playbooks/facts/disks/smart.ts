import type { Disk } from "#inventory/schema/facts.ts";
import type { FrameIndex } from "../frames.ts";
import { elements, field, jsonOf, type Printed, textOf } from "../printed.ts";
import type { Unknowns } from "../unknowns.ts";
import type { Device } from "./devices.ts";

const HAVE_SMART = /^(?:sd|hd|nvme)/;

/** What `smartctl --json` said of one disk, and the serial it gave. */
export interface Smart {
  readonly reading: Disk["smart"];
  readonly serial: string | null;
}

/** `path` is the disk's place in the reading, for what stays unknown. */
export function smartOf(device: Device, frames: FrameIndex, printed: Printed, path: string, unknown: Unknowns): Smart {
  const document = jsonOf(frames.get(`smart ${device.name}`)?.[0]?.lines.join("") ?? "");
  const passed = field(document, "smart_status", "passed");
  const why = HAVE_SMART.test(device.name)
    ? (messageOf(document) ?? printed.why("the device gives no verdict", "smartctl"))
    : "a virtual disk has no SMART";
  const reason = passed === true ? null : passed === false ? failureOf(document) : why;
  if (reason === null) unknown.because(`${path}/smart/reason`, "nothing failed");
  return {
    reading: {
      verdict: passed === true ? "passed" : passed === false ? "failed" : "unknown",
      reason,
      hours: unknown.or(`${path}/smart/hours`, countOf(field(document, "power_on_time", "hours")), why),
      temperatureCelsius: unknown.or(
        `${path}/smart/temperatureCelsius`,
        temperatureOf(field(document, "temperature", "current")),
        why,
      ),
    },
    serial: textOf(field(document, "serial_number"), 100),
  };
}

function messageOf(document: unknown): string | null {
  const messages = elements(field(document, "smartctl", "messages"), 5);
  return textOf(messages.map((message) => textOf(field(message, "string")) ?? "").join("; "));
}

function failureOf(document: unknown): string {
  const warning = field(document, "smart_status", "nvme", "value");
  return typeof warning === "number" ? `critical warning 0x${warning.toString(16)}` : "the drive predicts its failure";
}

function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function temperatureOf(value: unknown): number | null {
  // A drive that has no sensor reports 0.
  return typeof value === "number" && value !== 0 && value > -100 && value < 300 ? value : null;
}
