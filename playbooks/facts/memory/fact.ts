import type { Fact } from "../fact.ts";
import { keyValues, type Printed, printedBy, scaledNumber, wholeNumber } from "../printed.ts";
import { section } from "../section.ts";
import { numberAt, type SmbiosStructure, smbiosScript, smbiosStructures } from "../smbios.ts";
import { Unknowns } from "../unknowns.ts";
import { dimmsOf } from "./dimms.ts";

export const memory: Fact<"memory"> = {
  name: "memory",
  title: "Memory, swap, modules and error correction",
  sections: {
    kernel: section(`
grep -aE '^(MemTotal|MemAvailable|SwapTotal):' /proc/meminfo
for c in /sys/devices/system/edac/mc/mc[0-9]*; do [ ! -d "$c" ] || echo "edac: \${c##*/}"; done
container
while read -r _ at type options _; do
  case "$type,$options," in
    cgroup2,*) if get "$at/memory.max"; then echo "limit: $v"; fi ;;
    cgroup,*,memory,*) if get "$at/memory.limit_in_bytes"; then echo "limit: $v"; fi ;;
  esac
done </proc/mounts
:`),
    modules: section(smbiosScript),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const kernel = printedBy(sections, "kernel");
    const modules = printedBy(sections, "modules");
    const values = keyValues(kernel.lines, ":");
    const kibibytes = (key: string) => scaledNumber(/^(\d+) kB$/.exec(values.get(key) ?? "")?.[1], 1024);
    const structures = modules.inContainer ? [] : smbiosStructures(modules.text);
    const totalBytes = kibibytes("MemTotal");
    const why = modules.inContainer
      ? "a container has no memory modules of its own"
      : modules.why("the system has no DMI tables", "dmidecode");
    const dimms = dimmsOf(structures, unknown);
    if (dimms.length === 0) unknown.because("dimms", structures.length > 0 ? "the firmware lists no slots" : why);
    return unknown.reading({
      totalBytes: unknown.or("totalBytes", totalBytes, kernel.why("/proc/meminfo does not say")),
      availableBytes: unknown.or("availableBytes", kibibytes("MemAvailable"), kernel.why("/proc/meminfo does not say")),
      swapBytes: unknown.or("swapBytes", kibibytes("SwapTotal"), kernel.why("/proc/meminfo does not say")),
      limitBytes: unknown.or("limitBytes", limitOf(kernel, totalBytes), kernel.why("no limit below the total")),
      ecc: unknown.or("ecc", values.has("edac") && !modules.inContainer ? true : eccOf(structures), why),
      dimms,
    });
  },
};

/** The lowest limit among the memory controllers that are mounted; an unlimited one prints `max` or a huge number. */
function limitOf(printed: Printed, totalBytes: number | null): number | null {
  const limits = printed.lines
    .filter((line) => line.startsWith("limit: "))
    .flatMap((line) => wholeNumber(line.slice("limit: ".length)) ?? []);
  const lowest = Math.min(...limits, Number.POSITIVE_INFINITY);
  return totalBytes !== null && lowest < totalBytes ? lowest : null;
}

/** SMBIOS 3.7 §7.17.3: 3 none, 4 parity, 5 single-bit ECC, 6 multi-bit ECC, 7 CRC. */
function eccOf(structures: readonly SmbiosStructure[]): boolean | null {
  const kinds = structures
    .filter((structure) => structure.type === 16 && numberAt(structure, 0x05, 1) === 0x03)
    .map((structure) => numberAt(structure, 0x06, 1));
  if (kinds.some((kind) => kind === 5 || kind === 6 || kind === 7)) return true;
  return kinds.length > 0 && kinds.every((kind) => kind === 3 || kind === 4) ? false : null;
}
