import { globSync, realpathSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { posix } from "node:path";
import { ExpressionError } from "../errors.ts";
import { tuple } from "../sequences.ts";
import { definedItems, typeName } from "../values.ts";
import type { Plugin } from "./plugin.ts";
import { windowsFilters } from "./windows-paths.ts";

export const pathFilters: readonly Plugin[] = [
  ...windowsFilters,
  { name: "basename", apply: (input) => pathArgument(input).replace(/^.*\//s, "") },
  { name: "dirname", apply: (input) => directoryOf(pathArgument(input)) },
  {
    name: "splitext",
    apply: (input) => {
      const path = pathArgument(input);
      const name = path.slice(path.lastIndexOf("/") + 1);
      const dot = name.lastIndexOf(".");
      if (dot === -1 || /^\.*$/.test(name.slice(0, dot))) return tuple(path, "");
      const at = path.length - name.length + dot;
      return tuple(path.slice(0, at), path.slice(at));
    },
  },
  { name: "normpath", apply: (input) => normalized(pathArgument(input)) },
  { name: "realpath", apply: (input) => realPath(posix.resolve(pathArgument(input))) },
  {
    name: "relpath",
    apply: (input, [start]) => {
      const path = pathArgument(input);
      if (path === "") throw new ExpressionError("no path specified");
      const from = start === undefined || start === null || start === "" ? "." : pathArgument(start);
      return posix.relative(from, path) || ".";
    },
  },
  {
    name: "path_join",
    apply: (input) => {
      if (typeof input === "string") return input;
      if (!Array.isArray(input))
        throw new ExpressionError(`|path_join expects string or sequence, got <class '${typeName(input)}'> instead.`);
      const parts = definedItems(input).map(pathArgument);
      if (parts.length === 0) throw new ExpressionError("join() missing 1 required positional argument: 'a'");
      return parts.reduce((path, part) => {
        if (part.startsWith("/") || path === "") return part;
        return path.endsWith("/") ? path + part : `${path}/${part}`;
      });
    },
  },
  { name: "commonpath", apply: (input) => commonPath(input) },
  {
    name: "expanduser",
    apply: (input, _given, _named, context) => {
      const path = pathArgument(input);
      const name = /^~([^/]*)/.exec(path)?.[1];
      if (name === undefined) return path;
      const own = userInfo();
      const home =
        name === ""
          ? (context.templar.options.environment?.["HOME"] ?? own.homedir)
          : own.username === name
            ? own.homedir
            : undefined;
      return home === undefined ? path : home.replace(/\/$/, "") + path.slice(name.length + 1) || "/";
    },
  },
  {
    name: "expandvars",
    apply: (input, _given, _named, context) =>
      pathArgument(input).replace(/\$(?:\{([^}]*)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
        return context.templar.options.environment?.[braced ?? bare ?? ""] ?? whole;
      }),
  },
  {
    name: "fileglob",
    apply: (input) =>
      globSync(pathArgument(input)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true),
  },
];

/** A path where Python wants one. */
export function pathArgument(value: unknown): string {
  if (typeof value === "string") return value;
  throw new ExpressionError(`expected str, bytes or os.PathLike object, not ${typeName(value)}`);
}

function commonPath(input: unknown): string {
  if (!Array.isArray(input))
    throw new ExpressionError(`|commonpath expects sequence, got <class '${typeName(input)}'> instead.`);
  const paths = definedItems(input).map(pathArgument);
  if (paths.length === 0) throw new ExpressionError("commonpath() arg is an empty sequence");
  const isAbsolute = paths.every((path) => path.startsWith("/"));
  if (!isAbsolute && paths.some((path) => path.startsWith("/")))
    throw new ExpressionError("Can't mix absolute and relative paths");
  const split = paths.map((path) => path.split("/").filter((part) => part !== "" && part !== "."));
  const [first = []] = split;
  let shared = 0;
  while (shared < first.length && split.every((parts) => parts[shared] === first[shared])) shared++;
  return (isAbsolute ? "/" : "") + first.slice(0, shared).join("/");
}

/** The path without links, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = posix.dirname(path);
    return parent === path ? path : posix.join(realPath(parent), posix.basename(path));
  }
}

function directoryOf(path: string): string {
  const head = path.slice(0, path.lastIndexOf("/") + 1);
  return /^\/+$/.test(head) ? head : head.replace(/\/+$/, "");
}

function normalized(path: string): string {
  const clean = posix.normalize(path);
  const lead = /^\/\/(?!\/)/.test(path) ? "/" : "";
  return lead + (clean.length > 1 ? clean.replace(/\/$/, "") : clean);
}
