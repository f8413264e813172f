import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "#inventory/kernel/errors.ts";
import { readFileIfThere } from "#inventory/kernel/files.ts";
import { labErrors } from "./errors.ts";
import { LAB_ROOT } from "./state.ts";

/**
 * Does `work` while no other process changes lab `name`. Rejects with `LAB_LOCKED` when one does; the lock of a process
 * that is gone does not count, also when its number was given to another one.
 */
export async function whileLocked<T>(name: string, work: () => Promise<T>): Promise<T> {
  const path = join(LAB_ROOT, `${name}.lock`);
  await mkdir(LAB_ROOT, { recursive: true });
  const mine = `${process.pid} ${await startTimeOf(process.pid)}`;
  while (!(await create(path, mine))) {
    const owner = (await readFileIfThere(path)) ?? "";
    const [pid = "", startTime] = owner.split(" ");
    if (startTime !== undefined && (await startTimeOf(Number(pid))) === startTime)
      throw labErrors.busy(name, Number(pid));
    await rm(path, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    await using file = await open(path, "wx", 0o600);
    await file.writeFile(text);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  }
}

// Field 22 of proc(5) stat, in clock ticks since boot: a pid with it names one process only.
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
