import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadYaml, loadYamlWithPositions } from "#inventory/kernel/yaml.ts";
import { ExpressionError, UndefinedError } from "./errors.ts";
import { writeJson } from "./json-writer.ts";
import type { Scope } from "./scope.ts";
import { isTemplate, Templar } from "./templar.ts";

interface Case {
  readonly expression: string;
  readonly value?: string;
  readonly error?: "undefined" | "failed";
}

const folder = new URL("cases/", import.meta.url);
const raw = loadYamlWithPositions(readFileSync(new URL("variables.yml", folder), "utf8"), "variables.yml").value;
const cases = loadYaml(readFileSync(new URL("expressions.yml", folder), "utf8"), "expressions.yml") as readonly Case[];

/** A templar over the variables of the case file, worked out lazily as a host's are. */
function evaluator() {
  const templar = new Templar({ environment: { HOME: "/root" } });
  const scope: Scope = {
    get: (name) => (raw instanceof Map && raw.has(name) ? templar.resolve(raw.get(name), scope) : undefined),
  };
  return (text: string) => {
    const value = isTemplate(text) ? templar.template(text, scope) : templar.expression(text, scope);
    return writeJson(value, { sortKeys: false, ensureAscii: true });
  };
}

describe("expressions give what ansible-core 2.19 gave", () => {
  const evaluate = evaluator();
  test.each(cases)("$expression", ({ expression, value, error }) => {
    if (error === undefined) expect(evaluate(expression)).toBe(value);
    else expect(() => evaluate(expression)).toThrow(error === "undefined" ? UndefinedError : ExpressionError);
  });
});

describe("no text is beyond the evaluator", () => {
  const evaluate = evaluator();
  const pieces = cases.flatMap(({ expression }) => expression.match(/\w+|\s+|[^\w\s]+/g) ?? []);

  test("any text gives a value or an ExpressionError", () => {
    const anything = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          evaluate(text);
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error;
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("the engine's own objects are out of reach", () => {
    for (const name of ["constructor", "__proto__", "prototype", "toString", "hasOwnProperty", "valueOf"]) {
      expect(evaluate(`dict.${name} is defined or list["${name}"] is defined or name.${name} is defined`)).toBe(
        "false",
      );
      expect(evaluate(`${name} is defined`)).toBe("false");
    }
  });

  test("a template that would run for ever or fill memory is stopped", () => {
    for (const text of [
      "{% for a in range(999999) %}{% for b in range(999999) %}{% endfor %}{% endfor %}",
      '"x" * 999999999999',
      "range(10 ** 9) | list",
      "9 ** 99999",
      "(".repeat(5_000),
      "not ".repeat(50_000),
    ]) {
      expect(() => evaluate(text)).toThrow(ExpressionError);
    }
  });
});
