import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Secret } from "#inventory/kernel/secret.ts";
import { loadYamlWithPositions } from "#inventory/kernel/yaml.ts";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import { ExpressionError, ExpressionSyntaxError, UndefinedError } from "./errors.ts";
import { writeJson } from "./json-writer.ts";
import { omit } from "./omit.ts";
import type { Scope } from "./scope.ts";
import { Templar } from "./templar.ts";
import { FILE_LAYOUT } from "./template-layout.ts";
import { pythonString } from "./values.ts";

/** An expression, or a template where it looks like one, and what ansible-core made of it (as JSON). */
export interface ExpressionCase {
  readonly text: string;
  /** Read as a template file is. */
  readonly file?: boolean;
  readonly value?: string;
  readonly error?: string;
  readonly message?: string;
}

export interface Answer {
  readonly value?: string;
  readonly error?: string;
  readonly thrown?: unknown;
}

const CASES = fileURLToPath(new URL("cases", import.meta.url));

/** The recorded case files by name. */
export function caseTopics(): string[] {
  return readdirSync(CASES)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => name.replace(".jsonl", ""));
}

/** One file of cases: a line that says what recorded it, then one case a line. */
export function readCases(topic: string): {
  readonly ansibleCore: string;
  readonly cases: readonly ExpressionCase[];
} {
  const [head = "{}", ...lines] = readFileSync(`${CASES}/${topic}.jsonl`, "utf8").trim().split("\n");
  const { ansible_core: ansibleCore } = JSON.parse(head) as { ansible_core: string };
  return { ansibleCore, cases: lines.map((line) => JSON.parse(line) as ExpressionCase) };
}

/** What ours makes of a text over the variables of the cases, in the recorder's words. */
export async function evaluator(): Promise<(one: ExpressionCase) => Answer> {
  const { value: variables } = loadYamlWithPositions(readFileSync(`${CASES}/variables.yml`, "utf8"), "variables.yml");
  if (!(variables instanceof Map)) throw new Error("variables.yml holds no mapping");
  variables.set("ansible_search_path", [CASES]);
  variables.set("playbook_dir", CASES);
  const vault = new VaultValues(new Secret("secret"));
  await vault.prepare(variables);
  const templar = new Templar({
    environment: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/root" },
    decrypt: vault.text,
    playbookFolder: CASES,
    vaultSecrets: ["secret"],
  });
  return (one) => {
    const scope: Scope = {
      get: (name) => (variables.has(name) ? templar.resolve(variables.get(name), scope) : undefined),
      names: () => variables.keys(),
    };
    try {
      return {
        value: writeJson(caseValue(one, templar, scope), {
          sortKeys: false,
          ensureAscii: true,
          textOf: (v) => v.text(),
        }),
      };
    } catch (thrown) {
      return { error: kindOf(thrown), thrown };
    }
  };
}

function caseValue({ text, file }: ExpressionCase, templar: Templar, scope: Scope): unknown {
  let value: unknown;
  if (file === true) value = templar.renderFile(text, scope, FILE_LAYOUT, [`${CASES}/templates`, CASES]);
  else if (/\{\{|\{%|\{#/.test(text)) value = templar.template(text, scope);
  else value = templar.expression(text, scope);
  if (value === omit) throw new OmittedError("omitted");
  return file === true ? templar.renderText(text, scope, FILE_LAYOUT, [`${CASES}/templates`, CASES]) : value;
}

class OmittedError extends ExpressionError {}

function kindOf(thrown: unknown): string {
  if (thrown instanceof UndefinedError) return "undefined";
  if (thrown instanceof ExpressionSyntaxError) return "syntax";
  if (thrown instanceof OmittedError) return "omitted";
  return thrown instanceof ExpressionError ? "failed" : "crashed";
}

/** Where ours differs from what was recorded, in lines to read. */
export function disagreements(cases: readonly ExpressionCase[], evaluate: (one: ExpressionCase) => Answer): string[] {
  return cases.flatMap((one) => {
    const { value, error, thrown } = evaluate(one);
    if (one.error === undefined ? value === one.value : error === one.error) return [];
    const ours = value ?? `${error}: ${thrown instanceof Error ? thrown.message : pythonString(thrown)}`;
    return [`${one.text} gives ${ours}, the original ${one.value ?? `${one.error}: ${one.message}`}`];
  });
}
