/**
 * Runs Ansible's own integration targets on this engine and on stock Ansible and prints both beside each other:
 * `node test/ansible-targets/main.ts [--ours] [TARGET…]`. Logs are under .build/ansible-targets. Needs root: some targets make users.
 */
import { dirname } from "node:path";
import { oracle } from "../tooling/oracle.ts";
import { runTarget, type TargetRun } from "./run-target.ts";
import { integrationTests } from "./source.ts";
import { DEADLINE_SECONDS, TARGETS } from "./targets.ts";

const words = process.argv.slice(2);
const isOursOnly = words.includes("--ours");
const named = words.filter((word) => !word.startsWith("--"));
const { python } = await oracle();
const options = {
  tests: await integrationTests(python),
  python,
  programs: dirname(python),
  deadlineSeconds: DEADLINE_SECONDS,
};

const shown = ({ passed, seconds }: TargetRun) => `${passed ? "pass" : "FAIL"} ${seconds.toFixed(1).padStart(6)} s`;
let failed = 0;
let stockSeconds = 0;
let ourSeconds = 0;
console.log(`${"target".padEnd(32)} ${isOursOnly ? "" : "stock          "}ours          ratio`);
for (const target of named.length > 0 ? named : TARGETS) {
  const stock = isOursOnly ? undefined : await runTarget(target, "stock", options);
  const ours = await runTarget(target, "ours", options);
  if (!ours.passed) failed++;
  else if (stock?.passed === true) {
    stockSeconds += stock.seconds;
    ourSeconds += ours.seconds;
  }
  const ratio = stock === undefined ? "" : `${(stock.seconds / ours.seconds).toFixed(1)}×`;
  console.log(`${target.padEnd(32)} ${stock === undefined ? "" : `${shown(stock)}  `}${shown(ours)}  ${ratio}`);
  if (!ours.passed) console.log(`    ${ours.reason}`);
}
console.log(`${failed} failed on this engine`);
if (ourSeconds > 0) console.log(`what passes on both: ${(stockSeconds / ourSeconds).toFixed(1)} times as fast`);
process.exitCode = failed === 0 ? 0 : 1;
