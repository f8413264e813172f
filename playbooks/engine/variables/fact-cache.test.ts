import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WholeFloat } from "#inventory/kernel/yaml.ts";
import { FactCache } from "./fact-cache.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fact-cache-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cache = (timeoutSeconds = 0) => new FactCache({ folder, prefix: "pre_", timeoutSeconds, isFlushed: false });

/** As ansible-core 2.19.14 wrote it for `set_fact: {f: 1.0, l: [1, {a: null}], t: "{{ 'x' }}", cacheable: true}`. */
const MARKED = {
  f: {
    value: 1.5,
    tags: [{ path: "/site/facts.yml", line_num: 4, col_num: 45, __ansible_type: "Origin" }],
    __ansible_type: "_AnsibleTaggedFloat",
  },
  l: {
    value: [
      { value: 1, tags: [], __ansible_type: "_AnsibleTaggedInt" },
      { value: { a: null }, tags: [], __ansible_type: "_AnsibleTaggedDict" },
    ],
    tags: [],
    __ansible_type: "_AnsibleTaggedList",
  },
  t: { value: "x", tags: [{ __ansible_type: "TrustedAsTemplate" }], __ansible_type: "_AnsibleTaggedStr" },
};

test("what ansible-core kept is read, without its marks", async () => {
  await writeFile(join(folder, "pre_s1_web"), JSON.stringify({ __payload__: JSON.stringify(MARKED) }));
  expect(cache().load("web")).toEqual(
    new Map<string, unknown>([
      ["f", 1.5],
      ["l", [1, new Map([["a", null]])]],
      ["t", "x"],
    ]),
  );
});

test("what is kept is there the next time, for its owner alone; and gone when it is forgotten", async () => {
  const facts = new Map<string, unknown>([
    ["ansible_name", "it's"],
    ["float", new WholeFloat(1)],
  ]);
  cache().save("web", facts);
  expect(cache().load("web")).toEqual(facts);
  expect(await readdir(folder)).toEqual(["pre_s1_web"]);
  expect((await stat(join(folder, "pre_s1_web"))).mode & 0o777).toBe(0o600);
  cache().forget("web");
  expect(cache().load("web")).toEqual(new Map());
});

test("what is too old, broken or of another form counts as nothing", async () => {
  cache().save("old", new Map([["a", 1]]));
  await utimes(join(folder, "pre_s1_old"), 0, 0);
  expect(cache(60).load("old").size).toBe(0);
  expect(cache(0).load("old").size).toBe(1);
  for (const text of ["", "{", "[]", '{"__payload__": "{"}', '{"__payload__": 1}', '{"__payload__": "[1]"}']) {
    await writeFile(join(folder, "pre_s1_bad"), text);
    expect(cache().load("bad").size).toBe(0);
  }
});

test("a folder that cannot be made is told with the file's name", async () => {
  await writeFile(join(folder, "file"), "");
  const inFile = new FactCache({ folder: join(folder, "file", "x"), prefix: "", timeoutSeconds: 0, isFlushed: false });
  expect(() => inFile.save("web", new Map())).toThrow(/'jsonfile' cache plugin while trying to write .*s1_web/);
});
