import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { alreadyRunning } from "../errors.ts";

/**
 * Takes the state directory for this process; the returned function gives it back. The lock is a POSIX file lock held
 * through SQLite, the one way Node has to one: the kernel lifts it when the process ends, however it ends.
 * Throws `CONTROL_PLANE_ALREADY_RUNNING` when another process holds it.
 */
export function lockDirectory(directory: string): () => void {
  const database = new DatabaseSync(join(directory, "lock"));
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/.test(error.message)) throw alreadyRunning(directory);
    throw error;
  }
  return () => database.close();
}
