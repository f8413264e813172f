import { ApplianceError } from "#inventory/kernel/errors.ts";
import type { Collector, Metrics } from "../collector.ts";
import type { NodeHost } from "../node-host.ts";

/** Who keeps the clock right, and whether it does. */
export interface TimeSourceReading {
  readonly keeper: "chrony" | "systemd-timesyncd" | "another" | "none";
  readonly synchronised: boolean;
  /** Name or address of what chrony follows. */
  readonly source: string | undefined;
  readonly stratum: number | undefined;
  /** Where the node is a container: its clock is its host's, and not its own to keep. */
  readonly container: string | undefined;
}

/** Time synchronisation. */
export const timeSource: Collector<TimeSourceReading> = {
  name: "time-source",
  title: "Time synchronisation",
  everySeconds: 60,
  deadlineSeconds: 8,
  async collect(host) {
    const container = (await host.read("/run/systemd/container"))?.trim() || undefined;
    const nobody = { source: undefined, stratum: undefined, container };
    const tracking = await ask(host, ["chronyc", "-n", "-c", "tracking"]);
    if (tracking !== undefined) return { ...parseTracking(tracking), keeper: "chrony", container };
    const timesyncd = await host.list("/run/systemd/timesync");
    if (timesyncd.length > 0) {
      return { ...nobody, keeper: "systemd-timesyncd", synchronised: timesyncd.includes("synchronized") };
    }
    if (container !== undefined) return { ...nobody, keeper: "none", synchronised: false };
    const answer = await ask(host, ["timedatectl", "show", "--property=NTPSynchronized", "--value"]);
    const synchronised = answer?.trim() === "yes";
    return { ...nobody, keeper: synchronised ? "another" : "none", synchronised };
  },
  metrics({ synchronised, stratum, container, keeper }): Metrics {
    if (container !== undefined && keeper === "none") return {};
    return { time_synchronised: synchronised ? 1 : 0, ...(stratum === undefined ? {} : { time_stratum: stratum }) };
  },
};

/** Output of a program; undefined when it is not there or does not succeed. */
async function ask(host: NodeHost, words: readonly string[]): Promise<string | undefined> {
  try {
    const { status, stdout } = await host.run(words, 3000);
    return status === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof ApplianceError && error.code === "AGENT_COMMAND_MISSING") return undefined;
    throw error;
  }
}

/** `chronyc -c tracking`: reference id, name, stratum, …, leap status last (chronyc(1)). */
export function parseTracking(text: string): Pick<TimeSourceReading, "synchronised" | "source" | "stratum"> {
  const fields = text.trim().split(",");
  const stratum = Number(fields[2]);
  if (fields.length < 14 || !Number.isInteger(stratum))
    throw new Error("the output of chronyc tracking is not as expected");
  const synchronised = stratum > 0 && stratum < 16 && fields.at(-1) !== "Not synchronised";
  return { synchronised, stratum, source: fields[1] || undefined };
}
