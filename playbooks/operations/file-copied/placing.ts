import { shellQuote } from "#inventory/kernel/shell.ts";
import { chmodOperand } from "../mode.ts";
import { guarded } from "../path-state.ts";
import { type FileIdentity, parentOf } from "./destination.ts";

/** Shell that puts a copy of a file of the host in its place, whole or not at all, with the wanted owner, group and mode. */
export function placingScript(source: string, path: string, identity: FileIdentity): string {
  const target = shellQuote(guarded(path));
  const owner = identity.setOwner ? String(identity.uid) : "";
  const group = identity.setGroup ? String(identity.gid) : "";
  return [
    `new=$(mktemp ${shellQuote(guarded(`${parentOf(path)}/.bdap-XXXXXXXX`))})\n`,
    `trap 'rm -f "$new"' EXIT\n`,
    `cat ${shellQuote(guarded(source))} >"$new"\n`,
    owner === "" && group === "" ? "" : `chown ${owner}:${group} "$new"\n`,
    `chmod ${chmodOperand(identity.mode)} "$new"\nsync "$new"\nmv -fT "$new" ${target}\n`,
  ].join("");
}
