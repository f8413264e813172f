import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { systemCodeOf } from "#inventory/kernel/errors.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";

/** What an apply makes in the site directory before it turns to hosts, and where. */
export interface MadeFiles {
  /** Folder of the files rendered for each node. */
  readonly rendered: string;
  /** Main file of the Ansible inventory. */
  readonly inventory: string;
  /** Removes what was made for a prediction; nothing otherwise. */
  remove(): Promise<void>;
}

/**
 * Where an apply puts what it makes: in the site directory, or, when it only predicts, in a temporary double of it that has
 * a copy of the inventory, no rendered files, and links to all else, so that paths relative to the inventory stay right.
 */
export async function placesFor(site: SiteDirectory, check: boolean): Promise<MadeFiles> {
  const { rendered, inventory } = site.paths;
  if (!check) return { rendered, inventory, remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "bdap-check-"));
  const own = basename(dirname(inventory));
  for (const name of await readdir(site.path))
    if (name !== own && name !== basename(rendered)) await symlink(join(site.path, name), join(folder, name));
  await mkdir(join(folder, own));
  await cp(dirname(inventory), join(folder, own), { recursive: true }).catch((error: unknown) => {
    if (systemCodeOf(error) !== "ENOENT") throw error;
  });
  return {
    rendered: join(folder, basename(rendered)),
    inventory: join(folder, own, basename(inventory)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
