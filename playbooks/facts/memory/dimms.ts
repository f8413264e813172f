import type { FactValue } from "#inventory/schema/facts.ts";
import { isPlaceholder } from "../dmi.ts";
import { cleanText } from "../printed.ts";
import { numberAt, type SmbiosStructure, stringAt } from "../smbios.ts";
import type { Unknowns } from "../unknowns.ts";

type Dimm = FactValue<"memory">["dimms"][number];

const MAX_DIMMS = 1_000;

/** SMBIOS 3.7 §7.18.2, table 77: Memory Device types met in servers. */
const TYPES: Readonly<Record<number, string>> = {
  7: "RAM",
  15: "SDRAM",
  18: "DDR",
  19: "DDR2",
  20: "DDR2 FB-DIMM",
  24: "DDR3",
  26: "DDR4",
  27: "LPDDR",
  28: "LPDDR2",
  29: "LPDDR3",
  30: "LPDDR4",
  31: "non-volatile",
  32: "HBM",
  33: "HBM2",
  34: "DDR5",
  35: "LPDDR5",
  36: "HBM3",
};

/** Every slot in the tables (structure type 17); what the firmware leaves out is noted. */
export function dimmsOf(structures: readonly SmbiosStructure[], unknown: Unknowns): Dimm[] {
  return structures
    .filter((structure) => structure.type === 17)
    .slice(0, MAX_DIMMS)
    .map((structure, index) => dimmOf(structure, `dimms/${index}`, unknown));
}

function dimmOf(structure: SmbiosStructure, path: string, unknown: Unknowns): Dimm {
  const slot = cleanText(stringAt(structure, 0x10)) ?? cleanText(stringAt(structure, 0x11)) ?? "unnamed";
  const size = sizeOf(structure);
  if (size === 0) {
    unknown.because(path, "the slot is empty");
    return { slot, bytes: null, type: null, megatransfers: null, manufacturer: null, part: null, serial: null };
  }
  const silent = "the firmware does not say";
  const said = (field: string, offset: number) => {
    const text = cleanText(stringAt(structure, offset));
    return unknown.or(`${path}/${field}`, text === null || isPlaceholder(text) ? null : text, silent);
  };
  return {
    slot,
    bytes: unknown.or(`${path}/bytes`, size, silent),
    type: unknown.or(`${path}/type`, TYPES[numberAt(structure, 0x12, 1) ?? 0], silent),
    megatransfers: unknown.or(`${path}/megatransfers`, speedOf(structure), silent),
    manufacturer: said("manufacturer", 0x17),
    part: said("part", 0x1a),
    serial: said("serial", 0x18),
  };
}

/** Bytes; 0 for an empty slot, null when unknown (§7.18.1: the top bit means KiB, 0x7fff refers to the extended size). */
function sizeOf(structure: SmbiosStructure): number | null {
  const size = numberAt(structure, 0x0c, 2);
  if (size === null || size === 0xffff) return null;
  if (size === 0x7fff) {
    const extended = numberAt(structure, 0x1c, 4);
    return extended === null ? null : (extended & 0x7fffffff) * 1024 ** 2;
  }
  return size & 0x8000 ? (size & 0x7fff) * 1024 : size * 1024 ** 2;
}

/** The configured speed where the structure has it, else the module's own; 0 and 0xffff say nothing. */
function speedOf(structure: SmbiosStructure): number | null {
  for (const offset of [0x20, 0x15]) {
    const speed = numberAt(structure, offset, 2);
    if (speed !== null && speed !== 0 && speed !== 0xffff) return speed;
  }
  return null;
}
