import { execa } from "execa";
import { oracle } from "../oracle.ts";

/** One call of ansible-inventory. */
export interface InventoryJob {
  readonly folder: string;
  readonly words: readonly string[];
  /** What it finds in its environment beside what is usual; such a job takes a second. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface InventoryOutcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** What ansible-core says to each call, all in one Python process. */
export async function askAnsibleInventory(jobs: readonly InventoryJob[]): Promise<InventoryOutcome[]> {
  const { python } = await oracle();
  const { stdout } = await execa(python, [`${import.meta.dirname}/serve.py`], {
    input: JSON.stringify(jobs),
    env: { ANSIBLE_NOCOLOR: "1", ANSIBLE_DEPRECATION_WARNINGS: "0", LC_ALL: "C.UTF-8", COLUMNS: "1000" },
  });
  return JSON.parse(stdout) as InventoryOutcome[];
}
