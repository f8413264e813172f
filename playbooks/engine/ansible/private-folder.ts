import { lstat, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that only this user can read, for secrets that another program must read from files. */
export interface PrivateFolder {
  readonly path: string;
  remove(): Promise<void>;
}

const NAME = /^bdap-ansible-(\d+)-[A-Za-z0-9]{6}$/;

/**
 * Makes the folder in memory where the system has such a place (`/dev/shm`, which no power loss leaves on a disk), else among
 * the temporary files. Removes those that killed processes of this user left behind.
 */
export async function makePrivateFolder(places: readonly string[] = ["/dev/shm", tmpdir()]): Promise<PrivateFolder> {
  for (const place of places) await removeLeftovers(place);
  for (const place of places) {
    const path = await mkdtemp(join(place, `bdap-ansible-${process.pid}-`)).catch(() => undefined);
    if (path !== undefined) return { path, remove: () => rm(path, { recursive: true, force: true }) };
  }
  throw new Error(`no folder can be made in ${places.join(" or ")}`);
}

async function removeLeftovers(place: string): Promise<void> {
  for (const name of await readdir(place).catch(() => [])) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || (await isRunning(pid))) continue;
    const path = join(place, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() === true && found.uid === process.getuid?.())
      await rm(path, { recursive: true, force: true });
  }
}

async function isRunning(pid: string): Promise<boolean> {
  return stat(`/proc/${pid}`).then(
    () => true,
    () => false,
  );
}
