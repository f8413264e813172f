import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { oracle } from "#test/tooling/oracle.ts";
import { type Answer, disagreements, type ExpressionCase, evaluator } from "./case-runner.ts";
import { anyTemplate } from "./generated-expressions.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const COUNT = 600;

test("expressions nobody thought of give what ansible-core gives", { timeout: 300_000 }, async () => {
  // The same ones each time, so that a run can be told from another by what changed; other ones on demand.
  const seed = Number(process.env["BDAP_SEED"] ?? 2_190_014);
  console.log(`expressions generated from seed ${seed}`);
  const texts = [...new Set(fc.sample(anyTemplate, { numRuns: COUNT, seed }))];
  const evaluate = await evaluator();
  const recorded = await answers(texts, (await oracle()).python);
  const started = performance.now();
  const both = (one: ExpressionCase) => failingAlike(evaluate(one));
  expect(disagreements(recorded, both), `seed ${seed}`).toEqual([]);
  const perSecond = Math.round((texts.length / (performance.now() - started)) * 1000);
  console.log(`${texts.length} expressions, ${perSecond} a second`);
});

/** Of two things wrong in one text it may be either that is told first. */
function failingAlike(answer: Answer): Answer {
  return answer.error === "undefined" ? { ...answer, error: "failed" } : answer;
}

/** What the original makes of each text, by one process. */
async function answers(texts: readonly string[], python: string): Promise<ExpressionCase[]> {
  const recorder = spawn(python, ["test/tooling/record-expressions/record.py", "--serve"], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "ignore"],
  });
  recorder.stdin.end(texts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
  const cases: ExpressionCase[] = [];
  for await (const line of createInterface({ input: recorder.stdout })) {
    const answer = JSON.parse(line) as Omit<ExpressionCase, "text">;
    const error = answer.error === "undefined" ? "failed" : answer.error;
    cases.push({ text: texts[cases.length] ?? "", ...answer, ...(error === undefined ? {} : { error }) });
  }
  expect(cases.length).toBe(texts.length);
  return cases;
}
