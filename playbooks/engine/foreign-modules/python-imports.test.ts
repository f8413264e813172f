import { expect, test } from "vitest";
import { pythonImports } from "./python-imports.ts";

const names = (source: string) =>
  pythonImports(source).map((found) => {
    const where = ".".repeat(found.level) + found.module;
    return `${found.isOptional ? "?" : ""}${where}${found.name === undefined ? "" : `:${found.name}`}`;
  });

test.each([
  ["import ansible.module_utils.basic", ["ansible.module_utils.basic"]],
  ["import a.b as c, d", ["a.b", "d"]],
  ["from a.b import c, d as e", ["a.b:c", "a.b:d"]],
  ["from a import (b, # first\n    c,\n)\n", ["a:b", "a:c"]],
  ["from a import b, \\\n  c", ["a:b", "a:c"]],
  ["from ..module_utils.x import y", ["..module_utils.x:y"]],
  ["from . import x", [".:x"]],
  ["from.a import x", [".a:x"]],
  ["from a import *", ["a:*"]],
  ["x = 1; import a", ["?a"]],
  ["try:\n    import a\nexcept ImportError:\n    a = None", ["?a"]],
  ["try: import a\nexcept ImportError: import b", ["?a", "?b"]],
  ["def f():\n\tfrom a import b\n", ["?a:b"]],
  ["'''\nimport a\n'''\nimport b", ["b"]],
  ['r"""\nfrom a import b\n"""\n# import c\nx = "import d"\nimport e', ["e"]],
  ["x = 'it\\'s'\nimport a", ["a"]],
  ["x = {\n'a': 1,\n}\nimport a", ["a"]],
  ["x = 'never closed\nimport a", ["a"]],
  ["important = 1\nfrom_here = 2", []],
  ["\u0000\u0001 not python at all (((", []],
  ["import a\r\nfrom b import c\r\n", ["a", "b:c"]],
])("%j", (source, expected) => {
  expect(names(source)).toEqual(expected);
});
