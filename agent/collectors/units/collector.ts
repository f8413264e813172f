import { type Collector, type Metrics, metricName } from "../collector.ts";

export interface UnitsReading {
  /** Units of any kind in state `failed`. */
  readonly failed: readonly string[];
  /** Watched units: whether they run. One that is just being started is neither, and left out. */
  readonly watched: Readonly<Record<string, boolean>>;
}

/** Units of the base system whose state is always told, under the names that distributions give them. */
const BASE =
  /^(?:bdap-[^@]+|chronyd?|systemd-timesyncd|sshd?|nftables|slurmd|slurmctld|munge)\.(?:service|timer|socket)$/;
const TYPES = "service,socket,mount,automount,swap,timer,path,scope";

/** systemd's units. */
export const units: Collector<UnitsReading> = {
  name: "units",
  title: "systemd units: failed ones, and whether the watched ones run",
  everySeconds: 20,
  deadlineSeconds: 10,
  async collect(host) {
    const words = [
      "systemctl",
      "list-units",
      "--all",
      "--plain",
      "--no-legend",
      "--no-pager",
      "--full",
      `--type=${TYPES}`,
    ];
    const { status, stdout, stderr } = await host.run(words, 8000);
    if (status !== 0) throw new Error(`systemctl does not answer: ${stderr.trim().slice(0, 200)}`);
    return judgeable(parseUnits(stdout), host.settings.units ?? []);
  },
  metrics({ failed, watched }) {
    const metrics: Metrics = { units_failed: failed.length };
    for (const [unit, active] of Object.entries(watched)) metrics[metricName("unit_active", { unit })] = active ? 1 : 0;
    return metrics;
  },
};

export interface Unit {
  readonly name: string;
  /** `loaded`, `not-found`, `masked`… */
  readonly loaded: string;
  /** `active`, `inactive`, `failed`, `activating`… */
  readonly active: string;
  /** `running`, `start`, `auto-restart`… */
  readonly sub: string;
}

/** `systemctl list-units --plain --no-legend`; a mark before the name (older systemd) is ignored. */
export function parseUnits(text: string): Unit[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\W*([\w@.:\\-]+\.[a-z]+)\s+([a-z-]+)\s+([a-z-]+)\s+([a-z-]+)/.exec(line);
    if (match === null) return [];
    const [, name = "", loaded = "", active = "", sub = ""] = match;
    return [{ name, loaded, active, sub }];
  });
}

function judgeable(all: readonly Unit[], wanted: readonly string[]): UnitsReading {
  if (all.length === 0) throw new Error("systemctl lists no units");
  const watched: Record<string, boolean> = Object.fromEntries(wanted.map((name) => [name, false]));
  for (const { name, loaded, active, sub } of all) {
    if (!Object.hasOwn(watched, name) && !(BASE.test(name) && loaded === "loaded")) continue;
    if (active === "activating" && sub.startsWith("start")) delete watched[name];
    else watched[name] = active === "active" || active === "reloading";
  }
  return { failed: all.filter(({ active }) => active === "failed").map(({ name }) => name), watched };
}
