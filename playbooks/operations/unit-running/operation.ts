import { shellQuote } from "#inventory/kernel/shell.ts";
import type { ModuleResult, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import { parseUnitProperties } from "./properties.ts";

/** A systemd unit runs or not, starts at boot or not, is masked or not. */
export const unitRunning: Operation = {
  name: "unit-running",
  title: "Start, stop, enable or mask a systemd unit",
  modules: ["ansible.builtin.systemd_service", "ansible.builtin.systemd"],
  arguments: {
    name: {
      type: "str",
      aliases: ["service", "unit"],
      description: "The unit; `.service` is added when it has no suffix.",
    },
    state: {
      type: "str",
      choices: ["reloaded", "restarted", "started", "stopped"],
      description: "What the unit shall do. `restarted` and `reloaded` always do something.",
    },
    enabled: { type: "bool", description: "Whether it starts at boot." },
    masked: { type: "bool", description: "Whether it is made impossible to start." },
    force: { type: "bool", description: "Overwrite symlinks that are in the way." },
    daemon_reload: {
      type: "bool",
      default: false,
      aliases: ["daemon-reload"],
      description: "Read all unit files again first.",
    },
    daemon_reexec: {
      type: "bool",
      default: false,
      aliases: ["daemon-reexec"],
      description: "Execute systemd again first.",
    },
    scope: { type: "str", default: "system", choices: ["system", "user", "global"], description: "Whose units." },
    no_block: { type: "bool", default: false, description: "Do not wait until it is done." },
  },
  rules: { requiredOneOf: [["state", "enabled", "masked", "daemon_reload", "daemon_reexec"]] },
  checkMode: "full",
  async plan(args, context) {
    const unit = typeof args.name === "string" && args.name !== "" ? args.name : undefined;
    if (unit === undefined) {
      const needy = ["state", "enabled", "masked"].find((key) => args[key] !== null);
      if (needy !== undefined) return failing(`missing parameter(s) required by '${needy}': name`);
      const result = { name: null, changed: false, status: {} };
      return finish(context, preparation(args), [], result);
    }
    const pattern = ["*", "?", "["].find((character) => unit.includes(character));
    if (pattern !== undefined) {
      const words = `This module does not currently support using glob patterns, found '${pattern}' in service name: ${unit}`;
      return failing(words);
    }
    return planUnit(args, unit, context);
  },
};

async function planUnit(
  args: Readonly<Record<string, unknown>>,
  unit: string,
  context: OperationContext,
): Promise<OperationPlan> {
  const systemctl = controlCommand(args);
  const name = shellQuote(unit);
  const outcome = await context.read.run(
    `${USER_BUS}${systemctl} show -- ${name}\necho "bdap-show $?"\n` +
      `enabled=$(${systemctl} is-enabled -l -- ${name} 2>/dev/null)\necho "bdap-enabled $? $enabled"\n` +
      `if [ -x /etc/init.d/${name} ]; then echo bdap-init; fi\n`,
  );
  const shown = /^bdap-show (\d+)$/m.exec(outcome.stdout)?.[1];
  const status = parseUnitProperties(outcome.stdout.split(/^bdap-show /m)[0] ?? "");
  if (shown !== "0" && status.ActiveState === undefined && args.state !== null) {
    const words = outcome.stderr.trim();
    return words.includes("not found") && words.includes("systemctl")
      ? failing('Failed to find required executable "systemctl" in paths: PATH of the host')
      : failing(`Service is in unknown state: ${words}`, { status });
  }
  const loaded = status.LoadState !== undefined && status.LoadState !== "not-found";
  if (loaded && status.LoadState !== "masked" && status.LoadError !== undefined && status.LoadError !== "") {
    return failing(`Error loading unit file '${unit}': ${status.LoadError}`, { status });
  }
  const enabledWord = /^bdap-enabled (\d+) ?(\S*)/m.exec(outcome.stdout);
  return decide(args, unit, context, {
    status,
    found: loaded || /^bdap-init$/m.test(outcome.stdout),
    enabled: isEnabled(enabledWord?.[1], enabledWord?.[2] ?? ""),
    masked: enabledWord?.[2] === "masked",
  });
}

interface UnitState {
  readonly status: Readonly<Record<string, string>>;
  readonly found: boolean;
  readonly enabled: boolean;
  readonly masked: boolean;
}

function decide(
  args: Readonly<Record<string, unknown>>,
  unit: string,
  context: OperationContext,
  state: UnitState,
): OperationPlan {
  const steps: Step[] = [];
  const result: Record<string, unknown> = { name: unit, changed: false, status: state.status };
  const missing = () => failing(`Could not find the requested service ${unit}: host`);
  const systemctl = controlCommand(args);
  const step = (action: string, words: string) =>
    steps.push({ title: `${action} ${unit}`, command: `${systemctl} ${action} -- ${shellQuote(unit)}`, words });

  if (args.masked !== null && state.masked !== args.masked) {
    const action = args.masked === true ? "mask" : "unmask";
    step(action, `Failed to ${action} the service (${unit})`);
  }
  if (args.enabled !== null) {
    if (!state.found) return missing();
    const action = args.enabled === true ? "enable" : "disable";
    if (state.enabled !== args.enabled) step(action, `Unable to ${action} service ${unit}`);
    result.enabled = args.enabled;
  }
  if (args.state !== null) {
    if (!state.found) return missing();
    const action = actionFor(String(args.state), state.status.ActiveState ?? "inactive");
    if (action !== undefined) step(action, `Unable to ${action} service ${unit}`);
    result.state = args.state === "restarted" || args.state === "reloaded" ? "started" : args.state;
  }
  result.changed = steps.length > 0;
  return finish(context, preparation(args), steps, result);
}

interface Step {
  readonly title: string;
  readonly command: string;
  /** What the original says when it fails, before the command's own words. */
  readonly words: string;
}

/** One script for all steps, so that it costs one round trip; it ends at the first that fails. */
function finish(
  context: OperationContext,
  before: readonly Step[],
  steps: readonly Step[],
  result: ModuleResult,
): OperationPlan {
  const all = [...before, ...steps];
  if (all.length === 0) return { changes: [], result };
  const script = all
    .map(
      ({ command, words }) =>
        `output=$(${command} 2>&1) || { printf ${shellQuote(`${words}: %s\\n`)} "$output" >&2; exit 1; }\n`,
    )
    .join("");
  return {
    changes: [runChange(context, all.map((step) => step.title).join(", "), USER_BUS + script)],
    result,
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined || outcome.status === 0) return result;
      const msg = outcome.stderr.startsWith("Failed to ") ? outcome.stderr.trimEnd() : outcome.stderr;
      return { changed: false, failed: true, msg };
    },
  };
}

function preparation(args: Readonly<Record<string, unknown>>): Step[] {
  const steps: Step[] = [];
  for (const action of ["daemon-reload", "daemon-reexec"]) {
    if (args[action.replace("-", "_")] !== true) continue;
    steps.push({ title: action, command: `${controlCommand(args)} ${action}`, words: `failure 1 during ${action}` });
  }
  return steps;
}

/** `systemctl --user` needs to know the bus; a login over SSH or sudo may not have said. */
const USER_BUS = 'export LC_ALL=C XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"\n';

function controlCommand(args: Readonly<Record<string, unknown>>): string {
  return [
    "systemctl",
    args.scope === "system" || args.scope === null ? "" : `--${String(args.scope)}`,
    args.no_block === true ? "--no-block" : "",
    args.force === true ? "--force" : "",
  ]
    .filter(Boolean)
    .join(" ");
}

function actionFor(wanted: string, active: string): string | undefined {
  const running = active === "active" || active === "activating";
  if (wanted === "started") return running ? undefined : "start";
  if (wanted === "stopped") return running || active === "deactivating" ? "stop" : undefined;
  if (!running) return "start";
  return wanted === "restarted" ? "restart" : "reload";
}

/** `is-enabled` ends with 0 also for what enabling would still change (systemctl(1), table of is-enabled). */
function isEnabled(status: string | undefined, word: string): boolean {
  return status === "0" && !["enabled-runtime", "indirect", "alias"].includes(word);
}
