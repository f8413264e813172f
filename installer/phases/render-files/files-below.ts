import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "#inventory/kernel/errors.ts";

/** Every file below a folder, as full paths; none when there is no such folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  }
}
