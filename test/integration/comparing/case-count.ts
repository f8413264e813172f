import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "..", "..", ".build", "differential-cases");

/** How many task situations these results stand for: each task on each host, and each item of a loop. */
export function casesIn(results: readonly unknown[]): number {
  return results.reduce<number>((sum, result) => sum + Math.max(1, itemsOf(result)), 0);
}

function itemsOf(result: unknown): number {
  const items = typeof result === "object" && result !== null && "results" in result ? result.results : undefined;
  return Array.isArray(items) ? items.length : 0;
}

/** Notes and prints how many task situations a test compared between the engines, and how many all tests did so far. */
export async function recordCases(test: string, count: number): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, test), String(count));
  const names = await readdir(FOLDER);
  const counts = await Promise.all(names.map(async (name) => Number(await readFile(join(FOLDER, name), "utf8"))));
  const all = counts.reduce((sum, each) => sum + each, 0);
  process.stdout.write(`${test}: ${count} task situations compared, ${all} by all tests\n`);
}
