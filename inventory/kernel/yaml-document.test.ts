import fc from "fast-check";
import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { dumpYaml } from "./yaml.ts";
import { readDocument } from "./yaml-document.ts";
import { locate } from "./yaml-location.ts";

const kind = { source: "site.yml", code: "TEST_INVALID", hint: "Correct it." };
const schema = Type.Object(
  {
    site: Type.String({ pattern: "^[a-z]+$" }),
    servers: Type.Array(Type.Object({ roles: Type.Array(Type.Union([Type.Literal("cpu"), Type.Literal("gpu")])) })),
    access: Type.Optional(Type.Object({ user: Type.Optional(Type.String()) }, { additionalProperties: false })),
    where: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Object({ file: Type.String() })])),
  },
  { additionalProperties: false },
);

describe("locate", () => {
  const text = "# a comment\na: 1\nlist:\n  - x\n  - deep: {k: v, other: w}\n    more: 2\nlast: &x [1, 2]\nagain: *x\n";
  it.each([
    [["a"], 2, 1],
    [["list"], 3, 1],
    [["list", 0], 4, 5],
    [["list", 1, "deep"], 5, 5],
    [["list", 1, "deep", "other"], 5, 18],
    [["list", 1, "more"], 6, 5],
    [["list", 1, "missing"], 5, 5],
    [["last", 1], 7, 14],
    [["again", 1], 8, 1],
    [["nowhere"], 2, 1],
  ] as const)("finds %j", (path, line, column) => {
    expect(locate(text, path)).toEqual({ line, column });
  });

  it("never throws and stays within the text", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.oneof(fc.string(), fc.nat(3))), (value, path) => {
        const written = dumpYaml(value);
        const place = locate(written, path);
        expect(place.line).toBeLessThanOrEqual(written.split("\n").length);
      }),
    );
    expect(locate("a: [", ["a"])).toEqual({ line: 1, column: 1 });
  });
});

describe("readDocument", () => {
  it("gives what fits", () => {
    expect(readDocument(schema, "site: a\nservers: []\n", kind)).toEqual({ site: "a", servers: [] });
  });

  it.each([
    ["an unknown key, with the one that was meant", "site: a\nservers: []\nacces: {}\n", 3, 1, "did you mean access?"],
    ["a nested unknown key", "site: a\nservers: []\naccess:\n  usr: x\n", 4, 3, "did you mean user?"],
    [
      "a word that is none of the known",
      "site: a\nservers:\n  - roles: [cpu, tpu]\n",
      3,
      18,
      "must be one of cpu, gpu",
    ],
    ["a pattern", "servers: []\nsite: A\n", 2, 1, "site: must match pattern"],
    ["a missing key", "servers: []\n", 1, 1, "site"],
    ["another type than the alternatives", "site: a\nservers: []\nwhere: 3\n", 3, 1, "must be array or object"],
    ["an empty file", "", 1, 1, "must be object"],
  ])("names the place of %s", (_name, text, line, column, words) => {
    expect(() => readDocument(schema, text, kind)).toThrow(
      expect.objectContaining({
        code: "TEST_INVALID",
        message: expect.stringContaining(words),
        context: expect.objectContaining({ line, column }),
      }),
    );
  });

  it("says where YAML breaks", () => {
    expect(() => readDocument(schema, "site: a\nservers: [", kind)).toThrow(
      expect.objectContaining({ code: "KERNEL_YAML_UNPARSABLE" }),
    );
  });
});
