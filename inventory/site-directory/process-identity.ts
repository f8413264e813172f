import { readFile, readlink } from "node:fs/promises";
import { hostname, userInfo } from "node:os";

/** One process of one boot of one machine: nothing else ever has the same identity. */
export interface ProcessIdentity {
  readonly host: string;
  /** /etc/machine-id, which tells machines of the same name apart. */
  readonly machine: string;
  readonly boot: string;
  /** Process id namespace: ids of another one mean nothing here. */
  readonly namespace: string;
  readonly pid: number;
  /** Clock ticks from boot to its start; a reused process id has another. */
  readonly started: string;
}

/** Whether a process still runs; `unknown` when that cannot be seen from here. */
export type Liveness = "alive" | "gone" | "unknown";

/** The identity of this process. */
export async function currentProcess(): Promise<ProcessIdentity> {
  return {
    host: hostname(),
    machine: await textOf("/etc/machine-id"),
    boot: await textOf("/proc/sys/kernel/random/boot_id"),
    namespace: await readlink("/proc/self/ns/pid").catch(() => ""),
    pid: process.pid,
    started: (await startOf(process.pid)) ?? "",
  };
}

/** Whether the process `identity` names still runs, as seen from this process. */
export async function livenessOf(identity: ProcessIdentity): Promise<Liveness> {
  const here = await currentProcess();
  if (identity.host !== here.host || identity.machine !== here.machine) return "unknown";
  if (identity.boot !== here.boot) return "gone";
  if (identity.namespace !== here.namespace) return "unknown";
  return (await startOf(identity.pid)) === identity.started ? "alive" : "gone";
}

/** The login name of whoever runs this process, or its number. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}

/** Start time of a process from proc(5) stat, field 22; undefined when it does not run (a zombie does not). */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may hold anything, parentheses and spaces included.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" || fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    return "";
  }
}
