export interface ServiceFact {
  readonly name: string;
  readonly state: string;
  /** systemd's word; scripts of System V init have none. */
  readonly status?: string;
  readonly source: "systemd" | "sysv";
}

const BAD_STATES: readonly string[] = ["not-found", "masked", "failed"];

/**
 * Services by name, from lines of `systemctl list-units` (`unit …`), `list-unit-files` (`file …`), `show` (`name …` and `state …` in the same order) and of `service --status-all` (`sysv …`).
 * State and status are what the original makes of them: running or stopped for loaded ones, else systemd's word.
 */
export function parseServices(output: string): Readonly<Record<string, ServiceFact>> {
  const services: Record<string, ServiceFact> = {};
  const active = activeStates(output);
  for (const line of output.split("\n")) {
    const [kind, ...fields] = line.trim().split(/\s+/);
    if (kind === "sysv" && fields[1] !== undefined) {
      const state = fields[0] === "+" ? "running" : "stopped";
      services[fields[1]] = { name: fields[1], state, source: "sysv" };
      continue;
    }
    const name = fields[0];
    if (name === undefined || !name.endsWith(".service")) continue;
    const known = services[name];
    if (kind === "unit") {
      const bad = BAD_STATES.find((word) => fields.slice(0, -1).includes(word));
      const state = fields[3] === "running" ? "running" : "stopped";
      services[name] = { name, state, status: bad ?? fields[2] ?? "unknown", source: "systemd" };
    } else if (kind === "file" && known === undefined) {
      services[name] = {
        name,
        state: active.get(name) ?? "unknown",
        status: fields[1] ?? "unknown",
        source: "systemd",
      };
    } else if (kind === "file" && known !== undefined && !BAD_STATES.includes(known.status ?? "")) {
      services[name] = { ...known, status: fields[1] ?? known.status ?? "unknown" };
    }
  }
  return services;
}

/** `systemctl show` answers in the order of the names it was asked for; aliases have the state of what they stand for. */
function activeStates(output: string): Map<string, string> {
  const lines = output.split("\n");
  const names = lines.filter((line) => line.startsWith("name ")).map((line) => line.slice("name ".length));
  const states = lines.filter((line) => line.startsWith("state ")).map((line) => line.slice("state ".length));
  return new Map(names.map((name, index) => [name, states[index] ?? "unknown"]));
}
