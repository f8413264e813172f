import type { Metrics } from "../collectors/collector.ts";
import type { MachineIdentity } from "../identity/machine.ts";
import { type CheckResult, type Heartbeat, PROTOCOL_VERSION } from "../protocol/messages.ts";

const MOST_METRICS = 2000;
const LONGEST_METRIC_NAME = 200;
const MOST_CHECKS = 500;

export interface HeartbeatParts {
  readonly sequence: number;
  readonly machine: MachineIdentity;
  readonly agentVersion: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly sentAt: number;
  readonly metrics: Metrics;
  readonly checks: readonly CheckResult[];
}

/** The message, within the protocol's bounds: a control plane refuses what exceeds them, so problems go first. */
export function heartbeatOf({ sequence, machine, agentVersion, sentAt, metrics, checks }: HeartbeatParts): Heartbeat {
  return {
    version: PROTOCOL_VERSION,
    sequence,
    ...machine,
    agentVersion,
    sentAt: new Date(sentAt).toISOString(),
    sample: { metrics: bounded(metrics) },
    checks: checks.length <= MOST_CHECKS ? [...checks] : worstFirst(checks).slice(0, MOST_CHECKS),
  };
}

function bounded(metrics: Metrics): Metrics {
  const fitting = Object.entries(metrics).filter(
    ([name, value]) => Number.isFinite(value) && name.length <= LONGEST_METRIC_NAME,
  );
  return Object.fromEntries(fitting.slice(0, MOST_METRICS));
}

function worstFirst(checks: readonly CheckResult[]): CheckResult[] {
  const rank = { problem: 0, unknown: 1, ok: 2 } as const;
  return [...checks].sort((one, other) => rank[one.status] - rank[other.status]);
}
