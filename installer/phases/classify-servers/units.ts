const DECIMAL = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** Bytes as disks are sold: powers of 1000, three significant digits at most, as in `8 TB`, `1.92 TB`, `960 GB`. */
export function diskSize(bytes: number): string {
  return scaled(bytes, 1000, DECIMAL);
}

/** Bytes as memory is sold: powers of 1024 under the familiar names, as in `512 GB`, `3.5 GB`. */
export function memorySize(bytes: number): string {
  return scaled(bytes, 1024, DECIMAL);
}

/** `12 disks`, `1 disk`: `noun` is the singular. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Seconds as a person says them: `40 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function scaled(bytes: number, base: number, units: readonly string[]): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be printed as 1000 of the smaller unit.
  while (value >= base - 0.5 && unit < units.length - 1) {
    value /= base;
    unit += 1;
  }
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${units[unit]}`;
}
