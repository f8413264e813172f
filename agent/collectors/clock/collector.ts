import type { Collector, Metrics } from "../collector.ts";
import type { ClockOffset } from "../node-host.ts";

export interface ClockReading {
  /** Undefined before the first answered heartbeat. */
  readonly offset: ClockOffset | undefined;
}

/** The node's wall clock beside the control plane's. */
export const clock: Collector<ClockReading> = {
  name: "clock",
  title: "Wall clock beside the control plane's",
  everySeconds: 0,
  deadlineSeconds: 1,
  collect: async (host) => ({ offset: host.clockOffset() }),
  metrics({ offset }): Metrics {
    return offset === undefined ? {} : { clock_offset_seconds: Math.round(offset.offsetMilliseconds) / 1000 };
  },
};
