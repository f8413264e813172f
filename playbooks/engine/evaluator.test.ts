import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { Evaluator, type EvaluatorOptions } from "./evaluator.ts";

let options: EvaluatorOptions;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "evaluator-"));
  await writeFile(
    join(folder, "hosts.yml"),
    "web:\n  hosts:\n    web01: { port: 8080 }\n    web02: {}\n  vars: { port: 80, site: '{{ inventory_hostname }}:{{ port }}' }\n",
  );
  await writeFile(join(folder, "vars.yml"), "name: world\ngreeting: 'Hello {{ name }}'\n");
  await writeFile(join(folder, "part.j2"), "part of {{ name }}");
  options = {
    inventory: [join(folder, "hosts.yml")],
    host: "web01",
    variableFiles: [join(folder, "vars.yml")],
    environment: { HOME: "/root" },
    workingFolder: folder,
  };
});

test("a host's variables are those of its inventory and of the files, worked out when used", async () => {
  const evaluator = await Evaluator.open(options);
  expect(evaluator.evaluate("site")).toEqual({ value: '"web01:8080"' });
  expect(evaluator.evaluate("{{ greeting }}, {{ hostvars.web02.site }}")).toEqual({
    value: '"Hello world, web02:80"',
  });
  expect(evaluator.evaluate("groups.web | map('extract', hostvars, 'port') | list")).toEqual({ value: "[8080, 80]" });
});

test("values are JSON as Python writes it: floats, tuples, None, what is beyond ASCII", async () => {
  const evaluator = await Evaluator.open(options);
  expect(evaluator.evaluate("[1.0, (1, 'é'), none, 2 ** 70, {'a': true}]")).toEqual({
    value: '[1.0, [1, "é"], null, 1180591620717411303424, {"a": true}]',
  });
});

test("what fails is told by a code, and nothing else is touched by it", async () => {
  const evaluator = await Evaluator.open(options);
  const codes = [
    "nosuch",
    "1 +",
    "1 / 0",
    "omit",
    "{% for a in range(999999) %}{% for b in range(999) %}{% endfor %}{% endfor %}",
  ];
  expect(codes.map((text) => evaluator.evaluate(text))).toMatchObject([
    { error: { code: "EXPRESSION_UNDEFINED", message: "'nosuch' is undefined" } },
    { error: { code: "EXPRESSION_SYNTAX" } },
    { error: { code: "EXPRESSION_FAILED", message: "division by zero" } },
    { error: { code: "EXPRESSION_OMITTED" } },
    { error: { code: "EXPRESSION_TOO_MUCH" } },
  ]);
  expect(evaluator.evaluate("1 + 1")).toEqual({ value: "2" });
});

test("templates are looked for beside where one works, and what one changes another does not see", async () => {
  const evaluator = await Evaluator.open(options);
  expect(evaluator.evaluate("{% include 'part.j2' %}")).toEqual({ value: '"part of world"' });
  expect(evaluator.evaluate("{% set _ = groups.web.append('x') %}{{ groups.web | length }}")).toEqual({ value: "3" });
  expect(evaluator.evaluate("groups.web | length")).toEqual({ value: "2" });
});

test("a host that nobody names is refused", async () => {
  await expect(Evaluator.open({ ...options, host: "nosuch" })).rejects.toMatchObject({
    code: "PLAYBOOKS_UNKNOWN_HOST",
  });
});
