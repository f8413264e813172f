import { randomUUID } from "node:crypto";
import { link, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Static, Type } from "typebox";
import { systemCodeOf } from "../kernel/errors.ts";
import { readFileIfThere, syncDirectory } from "../kernel/files.ts";
import { schemaProblems } from "../kernel/schema.ts";
import { siteErrors } from "./errors.ts";
import { currentProcess, currentUser, livenessOf } from "./process-identity.ts";

/** `lock.json`: who works on the site. */
export const LockOwner = Type.Object({
  user: Type.String(),
  host: Type.String(),
  from: Type.Union([Type.String(), Type.Null()], {
    description: "Where the person came from, as an SSH client's address",
  }),
  what: Type.String({ description: "What runs, as in `bdap apply`" }),
  since: Type.String({ description: "ISO 8601" }),
  machine: Type.String(),
  boot: Type.String(),
  namespace: Type.String(),
  pid: Type.Integer(),
  started: Type.String(),
  nonce: Type.String({ description: "Names this claim; never used twice" }),
});
export type LockOwner = Static<typeof LockOwner>;

export interface LockRequest {
  readonly what: string;
  readonly from?: string;
  /** Take over from an owner on another machine, whose process cannot be looked at from here. */
  readonly takeOver?: boolean;
}

export interface SiteLock {
  readonly owner: LockOwner;
  /** Whose lock was taken over, because its process is gone or the request said so. */
  readonly tookOverFrom: LockOwner | null;
  /** Gives the site back. Does nothing when the lock was taken over meanwhile. */
  release(): Promise<void>;
}

/**
 * Locks the site whose lock file is `path`. Rejects with `INSTALLER_SITE_LOCKED` when another process holds it.
 *
 * A claim is made by link(2), which only one of several can win. A dead owner is succeeded in two steps: whoever links
 * `<path>.<nonce of the dead>` alone may replace the lock file by its own claim. One that dies between the two steps is
 * itself succeeded the same way, so the owner is always the last living link of that chain.
 */
export async function lockSite(path: string, request: LockRequest): Promise<SiteLock> {
  await mkdir(dirname(path), { recursive: true });
  const identity = await currentProcess();
  const owner: LockOwner = {
    ...identity,
    user: currentUser(),
    from: request.from ?? null,
    what: request.what,
    since: new Date().toISOString(),
    nonce: randomUUID(),
  };
  const claim = `${path}.claim-${owner.nonce}`;
  await writeClaim(claim, owner);
  try {
    const tookOverFrom = await acquire(path, claim, request.takeOver === true);
    await syncDirectory(dirname(path));
    return { owner, tookOverFrom, release: () => release(path, owner) };
  } finally {
    await rm(claim, { force: true });
  }
}

/** Who holds the site, or undefined. Says nothing about whether that process still runs. */
export async function readLock(path: string): Promise<LockOwner | undefined> {
  return readOwner(path);
}

async function acquire(path: string, claim: string, takeOver: boolean): Promise<LockOwner | null> {
  for (;;) {
    if (await linked(claim, path)) return null;
    const holder = await readOwner(path);
    if (holder === undefined) continue;
    await refuseIfHeld(holder, path, takeOver);
    const markers = [succession(path, holder)];
    let taken = false;
    // Walks past successors that died before they finished.
    while (!taken) {
      const marker = markers.at(-1) ?? path;
      taken = await linked(claim, marker);
      if (taken) break;
      const successor = await readOwner(marker);
      if (successor === undefined) break;
      await refuseIfHeld(successor, path, takeOver);
      markers.push(succession(path, successor));
    }
    if (!taken) continue;
    const current = await readOwner(path);
    const still = current !== undefined && markers.includes(succession(path, current));
    // rename(2) does nothing between two links of one file, so the marker itself is what moves.
    if (still) await rename(markers.pop() ?? claim, path);
    for (const marker of markers) await rm(marker, { force: true });
    if (still) return holder;
  }
}

async function release(path: string, owner: LockOwner): Promise<void> {
  const holder = await readOwner(path);
  if (holder?.nonce === owner.nonce) await rm(path, { force: true });
}

async function refuseIfHeld(owner: LockOwner, path: string, takeOver: boolean): Promise<void> {
  const liveness = await livenessOf(owner);
  if (liveness === "alive") throw siteErrors.locked(owner, path, "alive");
  if (liveness === "unknown" && !takeOver) throw siteErrors.locked(owner, path, "elsewhere");
}

function succession(path: string, owner: LockOwner): string {
  return `${path}.${owner.nonce}`;
}

async function writeClaim(path: string, owner: LockOwner): Promise<void> {
  const file = await open(path, "wx", 0o644);
  try {
    await file.writeFile(`${JSON.stringify(owner, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  const text = await readFileIfThere(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (schemaProblems(LockOwner, value).length === 0) return value as LockOwner;
  } catch {
    // Told below: claims are written whole before they are linked, so this was not written by bdap.
  }
  throw siteErrors.lockUnreadable(path);
}
