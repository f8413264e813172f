import type { Operation, OperationContext, OperationPlan } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { describePath, PATH_FUNCTIONS, parsePathStates, pathInfo } from "../path-state.ts";
import { failing, nothingToDo } from "../plan.ts";
import { pythonPattern } from "../python-pattern.ts";
import { probeScript, type Wait } from "./probe.ts";

/** Waits until a port answers or not, a path is there or not, or a text is found; changes nothing. */
export const conditionMet: Operation = {
  name: "condition-met",
  title: "Wait for a port, a path or a text",
  modules: ["ansible.builtin.wait_for"],
  arguments: {
    host: { type: "str", default: "127.0.0.1", description: "Where the port is, seen from the host." },
    port: { type: "int", description: "The port." },
    path: { type: "path", description: "The path." },
    search_regex: { type: "str", description: "Pattern to find in the file, or in what the port says." },
    state: {
      type: "str",
      default: "started",
      choices: ["absent", "drained", "present", "started", "stopped"],
      description: "What to wait for.",
    },
    timeout: { type: "int", default: 300, description: "Seconds after which the task fails." },
    connect_timeout: { type: "int", default: 5, description: "Seconds one try to connect may take." },
    delay: { type: "int", default: 0, description: "Seconds before the first look." },
    sleep: { type: "int", default: 1, description: "Seconds between looks." },
    msg: { type: "str", description: "What to say when the time is over." },
    exclude_hosts: { type: "list", elements: "str", description: "Not supported." },
    active_connection_states: {
      type: "list",
      elements: "str",
      default: ["ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "SYN_RECV", "SYN_SENT", "TIME_WAIT"],
      description: "Which connections count for `drained`.",
    },
  },
  checkMode: "none",
  async plan(raw, context) {
    const args = await expandPaths(raw, conditionMet.arguments, context.read);
    const refusal = refuse(args);
    if (refusal !== undefined) return failing(refusal, { elapsed: 0 });
    const wait: Wait = {
      host: String(args.host),
      port: typeof args.port === "number" && args.port !== 0 ? args.port : undefined,
      path: typeof args.path === "string" && args.path !== "" ? args.path : undefined,
      searches: typeof args.search_regex === "string",
      gone: args.state === "absent" || args.state === "stopped",
      drained: args.state === "drained",
      connectSeconds: Number(args.connect_timeout),
      states: Array.isArray(args.active_connection_states) ? args.active_connection_states.map(String) : [],
    };
    return waitFor(args, wait, context);
  },
};

function refuse(args: Readonly<Record<string, unknown>>): string | undefined {
  if (args.port !== null && args.path !== null) return "port and path parameter can not both be passed to wait_for";
  if (args.path !== null && (args.state === "stopped" || args.state === "drained")) {
    return `state=${args.state} should only be used for checking a port in the wait_for module`;
  }
  if (args.exclude_hosts !== null) {
    if (args.state !== "drained") return "exclude_hosts should only be with state=drained";
    return "not supported by the native module: exclude_hosts";
  }
  if (typeof args.search_regex !== "string") return undefined;
  try {
    pythonPattern(args.search_regex, { multiline: true });
    return undefined;
  } catch (error) {
    return `Invalid regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function waitFor(
  args: Readonly<Record<string, unknown>>,
  wait: Wait,
  context: OperationContext,
): Promise<OperationPlan> {
  const started = performance.now();
  const elapsed = () => Math.floor((performance.now() - started) / 1000);
  const limit = Number(args.timeout);
  if (Number(args.delay) > 0) await context.read.run(`sleep ${Number(args.delay)}`);
  const result = async (more: Readonly<Record<string, unknown>> = {}) =>
    nothingToDo({
      state: args.state,
      port: args.port,
      search_regex: args.search_regex,
      match_groups: [],
      match_groupdict: {},
      path: args.path,
      elapsed: elapsed(),
      ...more,
      ...(await pathWords(wait.path, context)),
    });
  if (wait.port === undefined && wait.path === undefined && !wait.drained) {
    await context.read.run(`sleep ${limit}`);
    return result();
  }
  // Without a pattern the host waits by itself, which costs one round trip; a pattern is judged here, look by look.
  while (elapsed() < limit || limit === 0) {
    const left = Math.max(1, Math.ceil(limit - (performance.now() - started) / 1000));
    const outcome = await context.read.run(probeScript(wait, left, Number(args.sleep)));
    if (outcome.status === 0 && !wait.searches) return result();
    if (outcome.status === 0) {
      const text = Buffer.from(outcome.stdout, "base64").toString("latin1");
      const match = pythonPattern(String(args.search_regex), { multiline: true }).exec(text);
      if (match !== null) return result({ match_groups: match.slice(1), match_groupdict: { ...match.groups } });
      await context.read.run(`sleep ${Math.min(left, Number(args.sleep))}`);
    }
    if (limit === 0) break;
  }
  const msg = typeof args.msg === "string" ? args.msg : timeoutWords(args, wait);
  return failing(msg, { elapsed: elapsed() });
}

/** As every result that names a path, this one says what is there; its `state` replaces the task's. */
async function pathWords(path: string | undefined, context: OperationContext): Promise<Record<string, unknown>> {
  if (path === undefined) return {};
  const outcome = await context.read.run(PATH_FUNCTIONS + describePath(path, "at"));
  return pathInfo(parsePathStates(outcome.stdout).paths.get("at"));
}

function timeoutWords(args: Readonly<Record<string, unknown>>, wait: Wait): string {
  const place = wait.port === undefined ? (wait.path ?? "") : `${wait.host}:${wait.port}`;
  if (wait.drained) return `Timeout when waiting for ${place} to drain`;
  if (wait.gone) return `Timeout when waiting for ${place} to ${wait.port === undefined ? "be absent" : "stop"}.`;
  if (wait.searches) return `Timeout when waiting for search string ${String(args.search_regex)} in ${place}`;
  return wait.port === undefined ? `Timeout when waiting for file ${place}` : `Timeout when waiting for ${place}`;
}
