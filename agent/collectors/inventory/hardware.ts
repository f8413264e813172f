import { type Static, Type } from "typebox";

const word = Type.String({ maxLength: 128 });

/** What the node is made of, as far as an ordinary user may know; empty strings where it does not say. */
export const Hardware = Type.Object({
  vendor: word,
  model: word,
  serial: word,
  firmware: word,
  processor: word,
  processorCores: Type.Number(),
  operatingSystem: word,
  kernel: word,
  memoryModules: Type.Number({ description: "0 when the firmware does not say" }),
  disks: Type.Array(Type.Object({ device: word, model: word, serial: word, bytes: Type.Number() }), { maxItems: 200 }),
});
export type Hardware = Static<typeof Hardware>;

/**
 * Asks the library that knows most machines. It runs dozens of programs and blocks while it does: only ever call this
 * in a process of its own. Its functions are named one by one, because others of it hang or run shells on odd input.
 */
export async function readHardware(): Promise<Hardware> {
  const { system, bios, cpu, memLayout, diskLayout, osInfo } = await import("systeminformation");
  const [machine, firmware, processor, memory, disks, os] = await Promise.all([
    system(),
    bios(),
    cpu(),
    memLayout(),
    diskLayout(),
    osInfo(),
  ]);
  return {
    vendor: short(machine.manufacturer),
    model: short(machine.model),
    serial: short(machine.serial),
    firmware: short(`${firmware.vendor} ${firmware.version}`),
    processor: short(`${processor.manufacturer} ${processor.brand}`),
    processorCores: processor.physicalCores || 0,
    operatingSystem: short(`${os.distro} ${os.release}`),
    kernel: short(os.kernel),
    memoryModules: memory.filter(({ size }) => size > 0).length,
    disks: disks.slice(0, 200).map(({ device, name, serialNum, size }) => {
      return { device: short(device), model: short(name), serial: short(serialNum), bytes: size || 0 };
    }),
  };
}

/** The library fills in `-` for what is not there. */
function short(text: string | undefined): string {
  const plain = (text ?? "").replace(/\s+/g, " ").trim();
  return plain === "-" ? "" : plain.slice(0, 128);
}
