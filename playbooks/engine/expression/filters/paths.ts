import { globSync, realpathSync, statSync } from "node:fs";
import { posix } from "node:path";
import { ExpressionError } from "../errors.ts";
import { textArgument } from "../methods.ts";
import { itemsOf, typeName } from "../values.ts";
import type { Plugin } from "./plugin.ts";

export const pathFilters: readonly Plugin[] = [
  { name: "basename", apply: (input) => textArgument(input).replace(/^.*\//s, "") },
  { name: "dirname", apply: (input) => directoryOf(textArgument(input)) },
  { name: "win_basename", apply: (input) => textArgument(input).replace(/^.*[\\/:]/s, "") },
  { name: "win_dirname", apply: (input) => textArgument(input).replace(/[\\/]?[^\\/]*$/s, "") },
  {
    name: "splitext",
    apply: (input) => {
      const match = /^(.*?[^/.][^/]*?)(\.[^./]*)$/s.exec(textArgument(input));
      return match === null ? [textArgument(input), ""] : [match[1], match[2]];
    },
  },
  { name: "normpath", apply: (input) => normalized(textArgument(input)) },
  {
    name: "realpath",
    apply: (input) => {
      try {
        return realpathSync(textArgument(input));
      } catch {
        return posix.resolve(textArgument(input));
      }
    },
  },
  {
    name: "relpath",
    apply: (input, [start]) => posix.relative(textArgument(start ?? "."), textArgument(input)) || ".",
  },
  {
    name: "path_join",
    apply: (input) => {
      const parts = typeof input === "string" ? [input] : itemsOf(input).map(textArgument);
      return parts.reduce((path, part) => {
        if (part.startsWith("/") || path === "") return part;
        return path.endsWith("/") ? path + part : `${path}/${part}`;
      });
    },
  },
  {
    name: "commonpath",
    apply: (input) => {
      if (!Array.isArray(input))
        throw new ExpressionError(`|commonpath expects sequence, got ${typeName(input)} instead.`);
      const paths = input.map((path) =>
        textArgument(path)
          .split("/")
          .filter((part) => part !== "" && part !== "."),
      );
      const shared = (paths[0] ?? []).filter(
        (part, index, all) =>
          paths.every((path) => all.slice(0, index + 1).every((p, i) => path[i] === p)) && part !== undefined,
      );
      return (input.every((path) => textArgument(path).startsWith("/")) ? "/" : "") + shared.join("/");
    },
  },
  {
    name: "expanduser",
    apply: (input, _given, _named, context) =>
      textArgument(input).replace(/^~(?=\/|$)/, context.templar.options.environment?.["HOME"] ?? "~"),
  },
  {
    name: "expandvars",
    apply: (input, _given, _named, context) =>
      textArgument(input).replace(/\$(?:\{([^}]+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
        return context.templar.options.environment?.[braced ?? bare ?? ""] ?? whole;
      }),
  },
  {
    name: "fileglob",
    apply: (input) =>
      globSync(textArgument(input)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true),
  },
];

function directoryOf(path: string): string {
  const head = path.slice(0, path.lastIndexOf("/") + 1);
  return /^\/+$/.test(head) ? head : head.replace(/\/+$/, "");
}

function normalized(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 ? clean.replace(/\/$/, "") : clean;
}
