import { tuple } from "../sequences.ts";
import { pathArgument } from "./paths.ts";
import type { Plugin } from "./plugin.ts";

/** Filters of Windows paths, on whatever system, after Python's ntpath. */
export const windowsFilters: readonly Plugin[] = [
  { name: "win_basename", apply: (input) => split(pathArgument(input))[1] },
  { name: "win_dirname", apply: (input) => split(pathArgument(input))[0] },
  { name: "win_splitdrive", apply: (input) => tuple(...drive(pathArgument(input))) },
];

/** Drive or share, and the rest. */
function drive(path: string): [string, string] {
  const normal = path.replaceAll("/", "\\");
  if (normal.startsWith("\\\\")) {
    const start = normal.slice(0, 8).toUpperCase() === "\\\\?\\UNC\\" ? 8 : 2;
    const server = normal.indexOf("\\", start);
    if (server === -1) return [path, ""];
    const share = normal.indexOf("\\", server + 1);
    return share === -1 ? [path, ""] : [path.slice(0, share), path.slice(share)];
  }
  return path[1] === ":" ? [path.slice(0, 2), path.slice(2)] : ["", path];
}

function split(path: string): [string, string] {
  const [letter, rest] = drive(path);
  const at = Math.max(rest.lastIndexOf("/"), rest.lastIndexOf("\\")) + 1;
  const head = rest.slice(0, at);
  const trimmed = head.replace(/[/\\]+$/, "");
  return [letter + (trimmed === "" ? head : trimmed), rest.slice(at)];
}
