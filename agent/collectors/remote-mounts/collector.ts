import { ApplianceError } from "#inventory/kernel/errors.ts";
import { type Collector, type Metrics, metricName } from "../collector.ts";
import { type Mount, parseMountinfo, remoteMounts as remoteOf } from "../mounts/mountinfo.ts";
import type { NodeHost } from "../node-host.ts";

export interface RemoteMount {
  readonly mountpoint: string;
  readonly type: string;
  readonly source: string;
  /** `closed`: it answered, but not to the agent's user, as FUSE does without `allow_other`. */
  readonly state: "answers" | "closed" | "stale";
  /** Why it is stale. */
  readonly reason: string;
}

const MOST = 32;
const DEADLINE_MILLISECONDS = 5000;

/** Mounts that somebody else answers for, each asked by a process of its own with a deadline. */
export const remoteMounts: Collector<readonly RemoteMount[]> = {
  name: "remote-mounts",
  title: "Network and FUSE mounts, and whether they answer",
  everySeconds: 20,
  deadlineSeconds: 10,
  async collect(host) {
    const text = await host.read("/proc/self/mountinfo");
    if (text === undefined) throw new Error("/proc/self/mountinfo cannot be read");
    const found = remoteOf(parseMountinfo(text)).slice(0, MOST);
    return Promise.all(found.map((mount) => probe(host, mount)));
  },
  metrics(reading) {
    const metrics: Metrics = {};
    for (const { mountpoint, state } of reading) {
      if (state !== "closed") metrics[metricName("mount_answers", { mountpoint })] = state === "answers" ? 1 : 0;
    }
    return metrics;
  },
};

async function probe(host: NodeHost, { mountpoint, type, source }: Mount): Promise<RemoteMount> {
  const about = { mountpoint, type, source };
  try {
    const { status, stderr } = await host.run(["stat", "-f", "-c", "%T", "--", mountpoint], DEADLINE_MILLISECONDS);
    if (status === 0) return { ...about, state: "answers", reason: "" };
    if (/Permission denied/.test(stderr)) return { ...about, state: "closed", reason: "" };
    return { ...about, state: "stale", reason: (stderr.trim().split(": ").at(-1) ?? "").slice(0, 200) };
  } catch (error) {
    if (!(error instanceof ApplianceError)) throw error;
    if (error.code === "AGENT_COMMAND_MISSING") throw error;
    return { ...about, state: "stale", reason: `it does not answer within ${DEADLINE_MILLISECONDS / 1000} s` };
  }
}
