import { type Static, Type } from "typebox";
import { schemaProblems } from "../kernel/schema.ts";
import type { WipePermission } from "../schema/site.ts";
import { siteErrors } from "./errors.ts";
import { openJsonLines, readJsonLines } from "./json-lines.ts";

/** One line of `wipes.jsonl`: a permission that was used. */
export const UsedWipe = Type.Object({
  server: Type.String(),
  serial: Type.String(),
  at: Type.String({ description: "ISO 8601" }),
  plan: Type.String({ description: "Id of the plan that used it" }),
  by: Type.String({ description: "Who ran it" }),
});
export type UsedWipe = Static<typeof UsedWipe>;

/** What a person must write to have the disk wiped, to the letter. */
export function wipePhrase(server: string, serial: string): string {
  return `wipe ${serial} on ${server}`;
}

/** Whether the permission's phrase is the right one for what it names. */
export function isGranted(permission: WipePermission): boolean {
  return permission.phrase === wipePhrase(permission.server, permission.serial);
}

/** Permissions used so far, oldest first. */
export async function readWipes(path: string): Promise<UsedWipe[]> {
  const records = await readJsonLines(path);
  return records.map((record, index) => {
    if (schemaProblems(UsedWipe, record).length > 0) throw siteErrors.journalCorrupt(path, index + 1);
    return record as UsedWipe;
  });
}

/**
 * Uses a permission up, before the disk is touched: durable when it resolves. Rejects with `PLAN_WIPE_USED` when a
 * permission for that serial was used before, whatever the server was called. Hold the site's lock.
 */
export async function consumeWipe(path: string, use: UsedWipe): Promise<void> {
  const before = (await readWipes(path)).find((one) => one.serial === use.serial);
  if (before !== undefined) throw siteErrors.wipeUsed(before.server, use.serial, before.at);
  const lines = await openJsonLines(path);
  try {
    await lines.append({ ...use });
  } finally {
    await lines.close();
  }
}
