import { open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "#inventory/kernel/errors.ts";
import { rootOf } from "../host-root.ts";
import type { FaultTarget } from "./faults.ts";

const FILLER = "var/tmp/lab-filler";

/** Fills the host's root until not one block is left. Other hosts and the machine keep their space. */
export async function fillDisk({ host, runner }: FaultTarget): Promise<void> {
  const root = rootOf(host);
  const file = join(root, FILLER);
  // Allocated, not written: it takes the host's space but next to none of the machine's.
  for (let part = 0; part < 8; part += 1) {
    const { bavail, bsize } = await statfs(root);
    const bytes = Math.floor(bavail / 2 ** part) * bsize;
    if (bytes === 0) break;
    await runner.run("fallocate", ["--length", String(bytes), `${file}.${part}`], { tolerant: true });
  }
  await writeUntilFull(`${file}.rest`);
}

/** Frees what {@link fillDisk} took. */
export async function healDisk({ host }: FaultTarget): Promise<void> {
  for (const part of [0, 1, 2, 3, 4, 5, 6, 7, "rest"]) {
    await rm(join(rootOf(host), `${FILLER}.${part}`), { force: true });
  }
}

async function writeUntilFull(path: string): Promise<void> {
  try {
    await using file = await open(path, "a", 0o600);
    const block = Buffer.alloc(4096);
    // fsync tells what the file system really had room for.
    while ((await file.write(block)).bytesWritten > 0) await file.datasync();
  } catch (error) {
    if (systemCodeOf(error) !== "ENOSPC") throw error;
  }
}
