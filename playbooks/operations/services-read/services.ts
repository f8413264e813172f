export interface ServiceFact {
  readonly name: string;
  readonly state: string;
  readonly status: string;
  readonly source: "systemd";
}

const BAD_STATES: readonly string[] = ["not-found", "masked", "failed"];

/**
 * Services by name, from lines of `systemctl list-units` (`unit …`), `list-unit-files` (`file …`) and `show` (`show …`).
 * State and status are what the original makes of them: running or stopped for loaded ones, else systemd's word.
 */
export function parseServices(output: string): Readonly<Record<string, ServiceFact>> {
  const services: Record<string, ServiceFact> = {};
  const active = activeStates(output);
  for (const line of output.split("\n")) {
    const [kind, ...fields] = line.trim().split(/\s+/);
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
    } else if (kind === "file" && known !== undefined && !BAD_STATES.includes(known.status)) {
      services[name] = { ...known, status: fields[1] ?? known.status };
    }
  }
  return services;
}

function activeStates(output: string): Map<string, string> {
  const states = new Map<string, string>();
  let id = "";
  let state = "";
  for (const line of `${output}\nshow \n`.split("\n")) {
    if (!line.startsWith("show ")) continue;
    const text = line.slice("show ".length);
    if (text.startsWith("Id=")) id = text.slice("Id=".length);
    else if (text.startsWith("ActiveState=")) state = text.slice("ActiveState=".length);
    else {
      if (id !== "") states.set(id, state);
      id = "";
      state = "";
    }
  }
  return states;
}
