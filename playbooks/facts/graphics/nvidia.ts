import { cleanText, scaledNumber } from "../printed.ts";

/** One line of `nvidia-smi --query-gpu=pci.bus_id,name,uuid,memory.total,driver_version,mig.mode.current`. */
export interface NvidiaRow {
  readonly model: string | null;
  readonly uuid: string | null;
  readonly memoryBytes: number | null;
  readonly driverVersion: string | null;
  readonly mig: "enabled" | "disabled" | null;
}

const MAX_ROWS = 256;

/** Rows by PCI address as sysfs writes it; nvidia-smi gives the domain eight digits and upper case. */
export function nvidiaRows(lines: readonly string[]): Map<string, NvidiaRow> {
  const rows = new Map<string, NvidiaRow>();
  for (const line of lines.slice(0, MAX_ROWS)) {
    const [bus, model, uuid, memory, driver, mig] = line.split(",").map((cell) => cell.trim());
    const address = /^(?:[0-9a-f]{4})?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(bus ?? "")?.[1];
    if (address === undefined) continue;
    rows.set(address.toLowerCase(), {
      model: known(model),
      uuid: known(uuid),
      memoryBytes: scaledNumber(memory, 1024 ** 2),
      driverVersion: known(driver),
      mig: mig === "Enabled" ? "enabled" : mig === "Disabled" ? "disabled" : null,
    });
  }
  return rows;
}

function known(cell: string | undefined): string | null {
  const text = cleanText(cell);
  return text === null || /^\[.*\]$/.test(text) ? null : text;
}
