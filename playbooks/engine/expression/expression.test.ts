import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { caseTopics, disagreements, evaluator, readCases } from "./case-runner.ts";
import { ExpressionError } from "./errors.ts";

describe("expressions and templates give what ansible-core gave", () => {
  let evaluate: Awaited<ReturnType<typeof evaluator>>;
  beforeAll(async () => {
    evaluate = await evaluator();
  });

  test.each(caseTopics())("%s", (topic) => {
    expect(disagreements(readCases(topic).cases, evaluate)).toEqual([]);
  });

  test("there are more than a thousand expressions and a hundred templates, from one version", () => {
    const files = caseTopics().map(readCases);
    const cases = files.flatMap((file) => file.cases);
    expect(new Set(files.map((file) => file.ansibleCore))).toEqual(new Set(["2.19.14"]));
    expect(cases.filter((one) => one.file !== true).length).toBeGreaterThan(1_000);
    expect(cases.filter((one) => one.file === true).length).toBeGreaterThan(100);
  });
});

describe("no text is beyond the evaluator", () => {
  let evaluate: Awaited<ReturnType<typeof evaluator>>;
  beforeAll(async () => {
    evaluate = await evaluator();
  });
  const pieces = caseTopics()
    .flatMap((topic) => readCases(topic).cases.slice(0, 200))
    .flatMap(({ text }) => text.match(/\w+|\s+|[^\w\s]+/g) ?? [])
    .filter((piece) => !["pipe", "lines", "url", "password"].includes(piece));

  test("any text gives a value or an ExpressionError", () => {
    const anything = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anything, fc.boolean(), (text, file) => {
        expect(evaluate({ text, file }).error).not.toBe("crashed");
      }),
      { numRuns: 3_000 },
    );
  });

  test("the engine's own objects are out of reach", () => {
    for (const name of ["constructor", "__proto__", "prototype", "toString", "hasOwnProperty", "valueOf"]) {
      const text = `dict.${name} is defined or list["${name}"] is defined or name.${name} is defined`;
      expect(evaluate({ text })).toEqual({ value: "false" });
      expect(evaluate({ text: `${name} is defined` })).toEqual({ value: "false" });
    }
  });

  test("a template that would run for ever or fill memory is stopped with a code of its own", () => {
    for (const text of [
      "{% for a in range(999999) %}{% for b in range(999999) %}{% endfor %}{% endfor %}",
      '"x" * 999999999999',
      "range(10 ** 9) | list",
      "9 ** 99999",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% set l = [1] %}{% for i in l %}{% set _ = l.append(i) %}{% endfor %}",
      "(".repeat(5_000),
      "not ".repeat(50_000),
    ]) {
      const { error, thrown } = evaluate({ text });
      if (error !== undefined) expect(thrown).toBeInstanceOf(ExpressionError);
      if (text.includes("999999")) expect(thrown).toMatchObject({ code: "EXPRESSION_TOO_MUCH" });
    }
  });
});
