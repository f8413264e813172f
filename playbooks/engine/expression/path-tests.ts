import { closeSync, existsSync, lstatSync, openSync, readSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { VaultText } from "#inventory/kernel/yaml.ts";
import { ExpressionError } from "./errors.ts";
import type { Judge } from "./tests.ts";
import { definedItems, pythonRepr, typeName } from "./values.ts";

/** Tests of paths on the controller. */
export const fileTests: Readonly<Record<string, Judge>> = {
  exists: (input) => existsSync(pathOf(input, "stat")),
  link_exists: (input) => status(pathOf(input, "lstat"), false) !== undefined,
  file: (input) => status(pathOf(input, "stat"), true)?.isFile() ?? false,
  directory: (input) => status(pathOf(input, "stat"), true)?.isDirectory() ?? false,
  link: (input) => status(pathOf(input, "lstat"), false)?.isSymbolicLink() ?? false,
  abs: (input) => pathOf(input, "expected").startsWith("/"),
  mount: (input) => isMount(pathOf(input, "lstat")),
  same_file: (input, [other]) => isSameFile(pathOf(input, "stat"), pathOf(other, "stat")),
  vault_encrypted: (input) => input instanceof VaultText,
  vaulted_file: (input) => {
    const path = pathOf(input, "open");
    const head = Buffer.alloc(14);
    try {
      const file = openSync(path, "r");
      try {
        readSync(file, head);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw new ExpressionError(`Cannot test if the file ${pythonRepr(path)} is a vault: ${noEntry(path)}`, {
        cause: error,
      });
    }
    return head.toString("latin1") === "$ANSIBLE_VAULT";
  },
};

function pathOf(value: unknown, call: string): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && call === "open") definedItems(value);
  throw new ExpressionError(
    call === "expected"
      ? `expected str, bytes or os.PathLike object, not ${typeName(value)}`
      : `${call}: path should be string, bytes, os.PathLike or integer, not ${typeName(value)}`,
  );
}

function noEntry(path: string): string {
  return `[Errno 2] No such file or directory: ${pythonRepr(path)}`;
}

function status(path: string, follows: boolean): Stats | undefined {
  try {
    return follows ? statSync(path) : lstatSync(path);
  } catch {
    return undefined;
  }
}

function isMount(path: string): boolean {
  const own = status(path, false);
  if (own === undefined || own.isSymbolicLink()) return false;
  const parent = status(dirname(realpathSync(path)), false);
  return parent !== undefined && (parent.dev !== own.dev || parent.ino === own.ino);
}

function isSameFile(left: string, right: string): boolean {
  const [a, b] = [left, right].map((path) => {
    const found = status(path, true);
    if (found === undefined) throw new ExpressionError(noEntry(path));
    return found;
  });
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
