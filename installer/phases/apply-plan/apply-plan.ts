import type { Phase } from "../phase.ts";
import { summarise } from "./journal-summary.ts";
import { type ApplyInput, type ApplyOutcome, ApplyRun } from "./run.ts";

/**
 * Runs the phases in order. A host that fails is left out of the phases after it, the others go on; a phase whose needs
 * were not met does not start. Every step is in the journal before the next one begins, so that a run that was broken
 * off is resumed by running again: finished steps are read and hold, unfinished ones and owed handlers are done.
 */
export async function applyPlan(phases: readonly Phase[], input: ApplyInput): Promise<ApplyOutcome> {
  const run = new ApplyRun(input, summarise(await input.site.readJournal()));
  await run.begin(phases);
  for (const phase of phases) {
    if (input.signal.aborted) break;
    await run.perform(phase);
  }
  return run.end();
}
