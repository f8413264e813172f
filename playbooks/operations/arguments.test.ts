import { describe, expect, it } from "vitest";
import { Secret } from "#inventory/kernel/secret.ts";
import { validateArguments } from "./arguments.ts";
import type { Operation } from "./operation.ts";

const operation: Operation = {
  name: "thing-made",
  title: "Make a thing",
  modules: ["ansible.builtin.thing"],
  arguments: {
    path: { type: "path", required: true, aliases: ["dest", "name"], description: "Where." },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "How." },
    port: { type: "int", description: "Which." },
    ratio: { type: "float", description: "How much." },
    force: { type: "bool", default: false, description: "Whether." },
    items: { type: "list", elements: "str", description: "What." },
    numbers: { type: "list", elements: "int", description: "Which ones." },
    options: { type: "dict", description: "More." },
    mode: { type: "raw", description: "Bits." },
    password: { type: "str", secret: true, description: "Secret." },
    a: { type: "str", description: "One." },
    b: { type: "str", description: "Two." },
  },
  rules: { mutuallyExclusive: [["a", "b"]], requiredTogether: [["ratio", "b"]], requiredOneOf: [["path", "a"]] },
  checkMode: "full",
  plan: async () => ({ changes: [], result: {} }),
};

const typed = (raw: Record<string, unknown>) => {
  const valid = validateArguments(operation, { path: "/x", ...raw });
  if (!valid.valid) throw new Error(valid.message);
  return valid.arguments;
};
const problem = (raw: Record<string, unknown>) => {
  const valid = validateArguments(operation, raw);
  return valid.valid ? undefined : valid.message;
};

describe("types", () => {
  it("resolves aliases, gives defaults, and null for what is not there", () => {
    const valid = validateArguments(operation, { dest: "/y" });
    expect(valid).toMatchObject({ valid: true, arguments: { path: "/y", state: "present", force: false, port: null } });
    const both = validateArguments(operation, { dest: "/y", path: "/z" });
    expect(both).toMatchObject({ warnings: ["Both option path and its alias dest are set."] });
  });

  it.each([
    [{ port: " 22 " }, { port: 22 }],
    [{ port: true }, { port: 1 }],
    [{ port: "1e2" }, { port: 100 }],
    [{ force: "Yes" }, { force: true }],
    [{ force: 0 }, { force: false }],
    [{ items: "a,b" }, { items: ["a", "b"] }],
    [{ items: 5 }, { items: ["5"] }],
    [{ items: [1, true, null] }, { items: ["1", "True", ""] }],
    [{ numbers: ["1", 2] }, { numbers: [1, 2] }],
    [{ options: "a=1, b='2 3'" }, { options: { a: "1", b: "2 3" } }],
    [{ options: '{"a": 1}' }, { options: { a: 1 } }],
    [{ mode: 420 }, { mode: 420 }],
    [{ a: ["x", 1, { k: false }] }, { a: "['x', 1, {'k': False}]" }],
  ])("%j", (raw, expected) => {
    expect(typed(raw)).toMatchObject(expected);
  });
});

// Texts as ansible-core 2.19 gives them for the same arguments.
describe("refusals", () => {
  it.each([
    [{}, "missing required arguments: path"],
    [{ path: "/", state: "bogus" }, "value of state must be one of: absent, present, got: bogus"],
    [
      { path: "/", port: "abc" },
      "argument 'port' is of type str and we were unable to convert to int: \"'abc'\" cannot be converted to an int",
    ],
    [
      { path: "/", port: 1.5 },
      "argument 'port' is of type float and we were unable to convert to int: \"1.5\" cannot be converted to an int",
    ],
    [
      { path: "/", items: { a: 1 } },
      "argument 'items' is of type dict and we were unable to convert to list: <class 'dict'> cannot be converted to a list",
    ],
    [{ path: "/", a: "1", b: "2" }, "parameters are mutually exclusive: a|b"],
    [{ path: "/", ratio: 1 }, "parameters are required together: ratio, b"],
  ])("%j", (raw, message) => {
    expect(problem(raw)).toBe(message);
  });

  it("names unknown arguments and all that there are", () => {
    expect(problem({ path: "/", stat: 1, x: 2 })).toBe(
      "Unsupported parameters for (ansible.builtin.thing) module: stat, x. Supported parameters include: " +
        "a, b, force, items, mode, numbers, options, password, path, port, ratio, state (dest, name).",
    );
  });

  it("says which words a bool may be", () => {
    expect(problem({ path: "/", force: "bla" })).toContain("The value 'bla' is not a valid boolean.");
  });
});

describe("secrets", () => {
  it("come out as values for the operation and as a list to censor", () => {
    const valid = validateArguments(operation, { path: "/x", password: "hunter22", a: new Secret("deep-secret") });
    if (!valid.valid) throw new Error(valid.message);
    expect(valid.arguments).toMatchObject({ password: "hunter22", a: "deep-secret" });
    expect(valid.secrets.map((secret) => secret.reveal()).sort()).toEqual(["deep-secret", "hunter22"]);
  });
});
