import { ApplianceError } from "../kernel/errors.ts";
import type { LockOwner } from "./site-lock.ts";

export const siteErrors = {
  missing: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_SITE_MISSING",
      kind: "user",
      message: `There is no site.yml in ${path}.`,
      hint: "Name the site directory with --site DIR or BDAP_SITE, or make one with bdap install.",
      context: { path },
    }),
  edited: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_SITE_EDITED",
      kind: "user",
      message: `${path} was written or changed by a person, so it is not overwritten.`,
      hint: "Make the change in the file by hand, or move it away first.",
      state: "Nothing was written.",
      context: { path },
    }),
  factsUnreadable: (path: string, why: string) =>
    new ApplianceError({
      code: "INVENTORY_FACTS_UNREADABLE",
      kind: "user",
      message: `${path} does not hold facts that can be read: ${why}.`,
      hint: "Read the server again with bdap probe; the file is then replaced.",
      context: { path },
    }),
  recordUnreadable: (path: string, why: string) =>
    new ApplianceError({
      code: "INVENTORY_RECORD_UNREADABLE",
      kind: "user",
      message: `${path} cannot be read: ${why}.`,
      hint: "bdap writes this file itself: restore it from a backup, or make it again with bdap plan.",
      context: { path },
    }),
  journalCorrupt: (path: string, line: number) =>
    new ApplianceError({
      code: "INVENTORY_JOURNAL_CORRUPT",
      kind: "environment",
      message: `Line ${line} of ${path} is not a record, although later lines are: the file was altered or the disk lost data.`,
      hint: "Restore the file from a backup, or move it away: a new apply then checks every step again.",
      context: { path, line },
    }),
  passwordMissing: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_PASSWORD_MISSING",
      kind: "user",
      message: `The vault's password file ${path} is not there, and the vault cannot be opened without it.`,
      hint: "Put the password file back from where you keep it, or name another with --vault-password-file.",
      context: { path },
    }),
  passwordEmpty: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_PASSWORD_EMPTY",
      kind: "user",
      message: `The vault's password file ${path} is empty.`,
      hint: "Put the vault's password in it.",
      context: { path },
    }),
  vaultContent: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_CONTENT",
      kind: "user",
      message: `${path} opens, but does not hold a list of names with one text each.`,
      hint: "Correct it with ansible-vault edit: one `name: text` a line.",
      context: { path },
    }),
  locked: (owner: LockOwner, path: string, reason: "alive" | "elsewhere") =>
    new ApplianceError({
      code: "INSTALLER_SITE_LOCKED",
      kind: "user",
      message:
        `The site is locked: ${owner.user} on ${owner.host} (process ${owner.pid}${owner.from === null ? "" : `, from ${owner.from}`}) ` +
        `has been running ${owner.what} since ${owner.since}.`,
      hint:
        reason === "alive"
          ? "Wait for it to end, or ask them to stop it."
          : `Whether it still runs can only be seen on ${owner.host}. When it surely does not, take the lock over with --take-over.`,
      state: "Nothing was changed.",
      context: { lock: path, owner },
    }),
  lockUnreadable: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_LOCK_UNREADABLE",
      kind: "environment",
      message: `${path} is there but does not say who holds the site.`,
      hint: "Make sure that no bdap works on this site, then remove the file.",
      context: { path },
    }),
  wipeUsed: (server: string, serial: string, at: string) =>
    new ApplianceError({
      code: "PLAN_WIPE_USED",
      kind: "user",
      message: `The permission to wipe disk ${serial} on ${server} was used at ${at}; it counts once.`,
      hint: "Look at what is on the disk now. To wipe it again, remove its line from wipes.jsonl and plan again.",
      state: "The disk was not touched.",
      context: { server, serial, at },
    }),
};
