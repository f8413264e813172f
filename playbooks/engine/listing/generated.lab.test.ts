import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { askAnsibleInventory } from "#test/tooling/inventory-oracle/inventory-oracle.ts";
import { askOurs, writeFiles } from "./testing.ts";

/** How many inventories of each kind a run makes up. */
const COUNT = 60;
/** The same ones every time: change it to look for more. */
const SEED = 40_103;

const word = fc.string({ unit: fc.constantFrom(..."abcxyz012_.-"), minLength: 1, maxLength: 6 });
const group = fc.constantFrom("web", "db", "app", "site", "all", "ungrouped", "g1");
const host = fc.oneof(
  fc.constantFrom("h1", "h2", "n[1:3]", "r[a:c]", "10.0.0.1", "z:22", "[::1]:22", "w[01:03:2].x", "h1:80"),
  word,
);
const marks = fc.string({ unit: fc.constantFrom(..."ab1 '\"=#\\[]{},:%.-\t"), maxLength: 12 });
const literal = fc.oneof(
  marks,
  fc.constantFrom("True", "None", "0644", "1_0", "1e3", ".5", "[1, 'a']", "{'a': [1]}", "(1,)", "1,2", "'a' 'b'", "-5"),
  fc.integer().map(String),
);
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(host, fc.array(fc.tuple(word, literal), { maxLength: 2 })).map(hostLine) },
  { weight: 2, arbitrary: group.map((name) => `[${name}]`) },
  { weight: 1, arbitrary: group.map((name) => `[${name}:children]`) },
  { weight: 1, arbitrary: group.map((name) => `[${name}:vars]`) },
  { weight: 1, arbitrary: fc.tuple(word, literal).map(([name, value]) => `${name}=${value}`) },
  { weight: 1, arbitrary: group },
);
const ini = fc.array(line, { minLength: 1, maxLength: 10 }).map((lines) => `${lines.join("\n")}\n`);

function hostLine([name, variables]: [string, [string, string][]]): string {
  return [name, ...variables.map(([key, value]) => `${key}=${value}`)].join(" ");
}

const text = fc.string({ unit: fc.constantFrom(..."ab 1:#'\"\n\t-é☃{}[]&*!|>%@`,?=~.\\"), maxLength: 24 });
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom("yes", "1.0", "0644", "null", "=", "<<", "1:30", "- a", "a: b", " x", "x "),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(word, tie("any"), { maxKeys: 3 }),
  ),
})).any;
const variables = fc.dictionary(fc.string({ unit: fc.constantFrom(..."abc_"), minLength: 1, maxLength: 4 }), value, {
  maxKeys: 3,
});
const yaml = fc
  .dictionary(
    group,
    fc.record(
      {
        hosts: fc.dictionary(host, fc.option(variables), { maxKeys: 3 }),
        vars: variables,
        children: fc.dictionary(group, fc.constant(null), { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    ),
    { minKeys: 1, maxKeys: 4 },
  )
  .map((groups) => `${JSON.stringify(groups)}\n`);

test.each([
  ["INI", "hosts", ini, [["--list"], ["--graph", "--vars"]]],
  ["JSON and YAML", "hosts.yml", yaml, [["--list"], ["--list", "-y", "--export"]]],
] as const)("made-up inventories in %s are listed alike", async (_kind, name, texts, calls) => {
  const samples = fc.sample(texts, { numRuns: COUNT, seed: SEED });
  const root = await mkdtemp(join(tmpdir(), "bdap-generated-"));
  try {
    const jobs = [];
    for (const [index, sample] of samples.entries()) {
      const folder = join(root, String(index));
      await writeFiles(folder, { [name]: sample });
      for (const words of calls) jobs.push({ sample, folder, words: ["-i", name, ...words] });
    }
    const theirs = await askAnsibleInventory(jobs);
    const differences = [];
    for (const [index, { sample, folder, words }] of jobs.entries()) {
      const ours = await askOurs(folder, words);
      const { code, output, errors } = theirs[index] ?? { code: -1, output: "", errors: "" };
      if (ours.code !== code || ours.output !== output) differences.push({ sample, words, output, errors, ours });
    }
    expect(differences, `seed ${SEED}`).toEqual([]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
