/**
 * One structure of the SMBIOS tables (DSP0134 §6.1): `fields` are the formatted bytes, the header's four included, and
 * `strings` are numbered from 1.
 */
export interface SmbiosStructure {
  readonly type: number;
  readonly fields: Uint8Array;
  readonly strings: readonly string[];
}

const MAX_BYTES = 1_000_000;
const MAX_STRUCTURES = 10_000;

/** Shell that prints the firmware's tables as `od -tx1` prints them; needs root. */
export const smbiosScript = `
container
root
f=/sys/firmware/dmi/tables/DMI
if [ -r "$f" ]; then od -An -v -tx1 "$f"
elif [ ! -e "$f" ] && have dmidecode && t=$(mktemp); then
  rm -f "$t"; dmidecode --dump-bin "$t" >/dev/null 2>&1 && od -An -v -tx1 -j32 "$t"; rm -f "$t"
fi
:`;

/** Structures in what {@link smbiosScript} printed; those before the first damaged one when the table is damaged. */
export function smbiosStructures(dump: string): SmbiosStructure[] {
  const bytes = Uint8Array.from(
    (dump.slice(0, MAX_BYTES * 3).match(/\b[0-9a-f]{2}\b/g) ?? []).map((pair) => Number.parseInt(pair, 16)),
  );
  const structures: SmbiosStructure[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && structures.length < MAX_STRUCTURES) {
    const length = bytes[at + 1] ?? 0;
    const end = endOfStrings(bytes, at + length);
    if (length < 4 || end === null) break;
    structures.push({
      type: bytes[at] ?? 0,
      fields: bytes.subarray(at, at + length),
      strings: stringsOf(bytes.subarray(at + length, end)),
    });
    if (bytes[at] === 127) break;
    at = end;
  }
  return structures;
}

/** Little-endian number of `size` bytes at `offset`; null when the structure is too short to have it. */
export function numberAt(structure: SmbiosStructure, offset: number, size: 1 | 2 | 4): number | null {
  if (offset + size > structure.fields.length) return null;
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 256 + (structure.fields[offset + index] ?? 0);
  return value;
}

/** The string that the byte at `offset` refers to; null when it refers to none. */
export function stringAt(structure: SmbiosStructure, offset: number): string | null {
  const number = numberAt(structure, offset, 1);
  return number === null || number === 0 ? null : (structure.strings[number - 1] ?? null);
}

function endOfStrings(bytes: Uint8Array, start: number): number | null {
  for (let at = start; at + 1 < bytes.length; at++) if (bytes[at] === 0 && bytes[at + 1] === 0) return at + 2;
  return null;
}

function stringsOf(bytes: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(bytes);
  return text
    .split("\0")
    .filter((string) => string !== "")
    .slice(0, 255);
}
