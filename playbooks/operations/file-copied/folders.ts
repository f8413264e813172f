import { shellQuote } from "#inventory/kernel/shell.ts";
import { chmodOperand, modeBits, parseMode } from "../mode.ts";
import type { WantedOwnership } from "../ownership.ts";
import { guarded } from "../path-state.ts";
import type { Destination } from "./destination.ts";

/** Shell that makes `folder` and its missing parents; those it makes get the wanted owner, group and `mode`. */
export function newFolders(folder: string, mode: unknown, wanted: WantedOwnership, found: Destination): string {
  const parsed = parseMode(mode);
  const fresh = 0o777 & ~found.user.umask;
  const owner = wanted.owner === undefined ? "" : String(found.known.owner?.id ?? "");
  const group = wanted.group === undefined ? "" : String(found.known.group?.id ?? "");
  let script = "";
  const parts = folder.split("/").filter(Boolean);
  for (let count = 1; count <= parts.length; count++) {
    const path = shellQuote(guarded((folder.startsWith("/") ? "/" : "") + parts.slice(0, count).join("/")));
    script += `if [ ! -e ${path} ]; then\nmkdir ${path}\n`;
    if (owner !== "" || group !== "") script += `chown ${owner}:${group} ${path}\n`;
    if (parsed !== undefined && parsed.kind !== "invalid") {
      const bits = modeBits(parsed, { mode: fresh, directory: true, umask: found.user.umask });
      script += `chmod ${chmodOperand(bits)} ${path}\n`;
    }
    script += "fi\n";
  }
  return script;
}
