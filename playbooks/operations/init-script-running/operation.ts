import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { CommandResult } from "../../connectors/connector.ts";
import type { Change, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import { isRunning } from "./status.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A service of System V init runs or not, and starts at boot or not. */
export const initScriptRunning: Operation = {
  name: "init-script-running",
  title: "Start, stop or enable a service of System V init",
  modules: ["ansible.builtin.sysvinit"],
  arguments: {
    name: { type: "str", required: true, aliases: ["service"], description: "The script's name in /etc/init.d." },
    state: {
      type: "str",
      choices: ["started", "stopped", "restarted", "reloaded"],
      description: "What the service shall do. `restarted` and `reloaded` always do something.",
    },
    enabled: { type: "bool", description: "Whether it starts at boot." },
    sleep: { type: "int", default: 1, description: "Seconds between stop and start of a restart." },
    pattern: { type: "str", description: "Text in the process list that says the service runs." },
    arguments: { type: "str", aliases: ["args"], description: "Further words for the script." },
    runlevels: { type: "list", elements: "str", description: "Run levels that `enabled` is about; all unless given." },
    daemonize: { type: "bool", default: false, description: "Run the script apart from the session." },
  },
  rules: { requiredOneOf: [["state", "enabled"]] },
  checkMode: "full",
  async plan(args, context) {
    const name = String(args.name);
    const levels = Array.isArray(args.runlevels) ? args.runlevels.map(String) : [];
    const outcome = await context.read.run(question(name, levels, args.pattern));
    const line = (label: string) => new RegExp(`^bdap-${label} (.*)$`, "m").exec(outcome.stdout)?.[1];
    if (line("script") === undefined) return failing(`Could not find the requested service ${name}: `);
    const said = Buffer.from(line("said") ?? "", "base64").toString("utf8");
    const running = isRunning(name, said, Number(line("status") ?? 1), line("process") !== undefined);
    const enabled = levels.map((level) => line(`level-${level}`) === "on");
    const isEnabled =
      levels.length === 0 ? line("level-") === "on" : enabled.every((on) => on === args.enabled) === args.enabled;
    return decide(args, name, levels, context, { running, isEnabled, tool: line("tool") ?? "" });
  },
};

function question(name: string, levels: readonly string[], pattern: unknown): string {
  const word = shellQuote(name);
  const level = (label: string, folder: string) =>
    `if ls ${folder}/S??${word} >/dev/null 2>&1; then echo "bdap-level-${label} on"; fi\n`;
  const status =
    typeof pattern === "string"
      ? `if ps auxww | grep -F -- ${shellQuote(pattern)} | grep -qv 'grep -F'; then echo "bdap-process yes"; echo "bdap-status 0"; else echo "bdap-status 3"; fi\n`
      : `said=$(if command -v service >/dev/null; then service ${word} status; else /etc/init.d/${word} status; fi 2>/dev/null); status=$?
echo "bdap-status $status"; echo "bdap-said $(printf '%s\\n' "$said" | base64 -w0)"
if ps auxww | grep -F -- ${word} | grep -qv 'grep -F'; then echo "bdap-process yes"; fi\n`;
  return `PATH="/sbin:/usr/sbin:/bin:/usr/bin:$PATH"
[ -e /etc/init.d/${word} ] || exit 0
echo "bdap-script yes"
for tool in update-rc.d chkconfig; do command -v $tool >/dev/null && echo "bdap-tool $tool" && break; done
${level("", "/etc/rc?.d")}${levels.map((one) => level(one, `/etc/rc${shellQuote(one)}.d`)).join("")}${status}`;
}

interface Found {
  readonly running: boolean;
  readonly isEnabled: boolean;
  readonly tool: string;
}

interface Step {
  readonly part: string;
  readonly change: Change & { readonly kind: "run" };
}

function decide(
  args: Arguments,
  name: string,
  levels: readonly string[],
  context: OperationContext,
  found: Found,
): OperationPlan {
  const steps: Step[] = [];
  const enables = args.enabled !== null && args.enabled !== found.isEnabled;
  const state = typeof args.state === "string" ? args.state : undefined;
  const acts =
    state !== undefined && (["restarted", "reloaded"].includes(state) || found.running !== (state === "started"));
  if (enables) {
    if (found.tool === "") return failing('Failed to find required executable "update-rc.d" or "chkconfig"');
    steps.push({
      part: "enabled",
      change: captured(context, `Enable ${name}`, enabling(args, name, levels, found.tool)),
    });
  }
  if (acts) steps.push({ part: state, change: captured(context, `${state} ${name}`, acting(args, name, state)) });
  const blank = { changed: false, rc: null, stdout: null, stderr: null };
  const given = levels.length === 0 ? {} : { runlevels: levels };
  const status: Record<string, Record<string, unknown>> = { enabled: { ...blank, changed: enables, ...given } };
  status[state ?? "null"] = { ...blank, changed: acts };
  const result = { name, changed: steps.length > 0, status };
  if (steps.length === 0 || context.checkMode) return { changes: [], result };
  return {
    changes: steps.map((step) => step.change),
    result,
    conclude(outcomes) {
      for (const [index, { part }] of steps.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) break;
        const { status: rc, stdout, stderr } = outcome;
        if (part === "enabled") {
          status.enabled = { ...status.enabled, rc, stdout, stderr };
          if (!stderr.includes("illegal runlevel specified")) continue;
          return { ...result, failed: true, msg: `Illegal runlevel specified for enable operation on service ${name}` };
        }
        if (rc !== 0) return stateFailure(part, name, outcome);
        status[part] = { ...status[part], rc, stdout, stderr };
      }
      return result;
    },
  };
}

function stateFailure(state: string, name: string, outcome: CommandResult) {
  const { status: rc, stdout, stderr } = outcome;
  return {
    changed: false,
    failed: true,
    msg: `Failed to ${state.replace(/p?ed$/, "")} service: ${name}`,
    rc,
    stdout,
    stderr,
  };
}

/** A step whose end the result tells. One that fails ends the plan: enabling is judged by its words alone, as in the original. */
function captured(context: OperationContext, title: string, script: string): Change & { kind: "run" } {
  return runChange(context, title, `PATH="/sbin:/usr/sbin:/bin:/usr/bin:$PATH"\n${script}\n`);
}

function enabling(args: Arguments, name: string, levels: readonly string[], tool: string): string {
  const on = args.enabled === true;
  if (tool === "chkconfig") {
    return shellJoin([
      "chkconfig",
      ...(levels.length === 0 ? [] : ["--level", levels.join("")]),
      name,
      on ? "on" : "off",
    ]);
  }
  const action = on ? (levels.length === 0 ? "defaults" : "enable") : "disable";
  return shellJoin(["update-rc.d", name, action, ...levels]);
}

function acting(args: Arguments, name: string, state: string): string {
  // The further words are the shell's to split, as in the original.
  const more = typeof args.arguments === "string" ? ` ${args.arguments}` : "";
  const apart = args.daemonize === true ? "setsid " : "";
  const run = (action: string) => `${apart}/etc/init.d/${shellQuote(name)} ${action}${more}`;
  if (state !== "restarted") return run(state.replace(/p?ed$/, ""));
  // Scripts need not know `restart`.
  const pause = Number(args.sleep) > 0 ? `sleep ${Number(args.sleep)}\n` : "";
  return `${run("stop")} >/dev/null 2>&1\n${pause}${run("start")}\n${pause}`;
}
