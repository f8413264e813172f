import { readdirSync, readFileSync } from "node:fs";

/** Memory of one process at one moment, in MiB (proc_pid_smaps(5)). */
export interface Memory {
  readonly rss: number;
  /** Shared pages counted by the share. */
  readonly pss: number;
  readonly anonymous: number;
}

/** The kernel counts processor time in hundredths of a second (sysconf(_SC_CLK_TCK) on every Linux port we know). */
const TICKS_PER_SECOND = 100;

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const mebibytes = (name: string) =>
    Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1] ?? Number.NaN) / 1024;
  return { rss: mebibytes("Rss"), pss: mebibytes("Pss"), anonymous: mebibytes("Anonymous") };
}

/** Seconds of processor time that the process and its ended children have used. */
export function processorSecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
  return (user + system + childrenUser + childrenSystem) / TICKS_PER_SECOND;
}

export function threadsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length;
}
