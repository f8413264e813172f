import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "#inventory/kernel/clock.ts";
import type { Check } from "../checks/check.ts";
import type { Collector, Metrics } from "../collectors/collector.ts";
import { type HostSettings, realHost } from "../collectors/node-host.ts";
import type { RunProcess } from "../processes/run-process.ts";
import type { AgentConfiguration } from "../protocol/configuration.ts";
import type { CheckResult } from "../protocol/messages.ts";
import { Collecting } from "./collecting.ts";
import { Judging, limitsOf } from "./judging.ts";

export interface CheckOnceOptions {
  readonly configuration: AgentConfiguration | undefined;
  readonly collectors: readonly Collector[];
  readonly checks: readonly Check[];
  readonly run: RunProcess;
  /** The words that start this program; without them there is no inventory. */
  readonly self?: readonly string[];
  readonly clock: Clock;
}

/** Long enough between two readings for rates. */
const BETWEEN_MILLISECONDS = 1000;

/** A person waits longer than a report. */
const PATIENCE_MILLISECONDS = 60_000;

/** What the agent would report now, without a control plane: figures, verdicts and what could not be read. */
export async function checkOnce(
  options: CheckOnceOptions,
): Promise<{ checks: CheckResult[]; metrics: Metrics; failures: Record<string, string> }> {
  const { configuration, collectors, checks, run, clock, self } = options;
  const settings: HostSettings = { ...configuration, ...(self === undefined ? {} : { self }) };
  const collecting = new Collecting(
    collectors,
    realHost(run, settings, () => undefined),
    clock,
  );
  const judging = new Judging(checks, limitsOf(checks, configuration?.thresholds ?? {}).limits, clock);
  for (const rest of [BETWEEN_MILLISECONDS, 0]) {
    await collecting.round(PATIENCE_MILLISECONDS);
    judging.judge((name) => collecting.reading(name));
    await sleep(rest);
  }
  const failures: Record<string, string> = {};
  for (const { name } of collectors) {
    const { failure } = collecting.reading(name);
    if (failure !== undefined) failures[name] = failure;
  }
  return { checks: judging.results(), metrics: collecting.metrics(), failures };
}
