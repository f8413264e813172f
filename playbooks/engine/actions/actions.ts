import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "#inventory/kernel/errors.ts";
import { UnsafeText } from "#inventory/kernel/yaml.ts";
import { holds } from "../execution/conditions.ts";
import { ExpressionError, Undefined, UndefinedError } from "../expression/errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { isDict, numeric, pythonRepr, pythonString, toFinal, typeName } from "../expression/values.ts";
import { setup } from "../setup/setup.ts";
import { omit } from "../variables/omit.ts";
import { type Action, type ActionContext, failure, type Result } from "./action.ts";
import { validateArgumentSpec } from "./argument-spec.ts";
import { asyncStatus } from "./async-status.ts";
import { includeVars } from "./include-vars.ts";
import { reboot } from "./reboot.ts";

/** Actions that the engine carries out itself, by fully qualified name. */
export const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["ansible.builtin.debug", debug],
  ["ansible.builtin.assert", assertAction],
  [
    "ansible.builtin.fail",
    async ({ arguments: args }) => failure(pythonString(args.get("msg") ?? "Failed as requested from task")),
  ],
  ["ansible.builtin.set_fact", setFact],
  ["ansible.builtin.set_stats", setStats],
  ["ansible.builtin.include_vars", includeVars],
  ["ansible.builtin.add_host", addHost],
  ["ansible.builtin.group_by", groupBy],
  ["ansible.builtin.pause", pause],
  ["ansible.builtin.wait_for_connection", waitForConnection],
  ["ansible.builtin.async_status", asyncStatus],
  ["ansible.builtin.reboot", reboot],
  ["ansible.builtin.validate_argument_spec", validateArgumentSpec],
  ["ansible.builtin.setup", setup],
  ["ansible.builtin.gather_facts", setup],
]);

/** Actions whose arguments are not templated before they are called. */
export const RAW_ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["ansible.builtin.assert", ["that"]],
  ["ansible.builtin.debug", ["var"]],
]);

function unknownArguments(context: ActionContext, known: readonly string[]): Result | undefined {
  const unknown = [...context.arguments.keys()].filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  return failure(`Invalid options for ${context.task.writtenModule}: ${unknown.sort().join(",")}`);
}

async function debug(context: ActionContext): Promise<Result> {
  const { arguments: args, scope, templar } = context;
  const wrong = unknownArguments(context, ["msg", "var", "verbosity"]);
  if (wrong !== undefined) return wrong;
  if (args.has("msg") && args.has("var")) return failure("parameters are mutually exclusive: msg|var");
  if (Number(pythonString(args.get("verbosity") ?? 0)) > context.verbosity)
    return { changed: false, skipped: true, skipped_reason: "Verbosity threshold not met." };
  if (!args.has("var")) return { changed: false, msg: args.has("msg") ? args.get("msg") : "Hello world!" };
  const written = args.get("var");
  if (written instanceof UnsafeText) return failure(UNTRUSTED);
  if (typeof written !== "string")
    return failure(
      `Task failed: argument 'var' is of type ${typeName(written)} and we were unable to convert to str: ${pythonRepr(written)} is not a string and conversion is not allowed`,
    );
  const asked = templar.template(written, scope);
  if (asked === omit) return { changed: false, msg: "Hello world!" };
  const expression = pythonString(asked);
  if (asked !== written && !(await context.isWritten(expression))) return failure(UNTRUSTED);
  try {
    const value = templar.evaluate(expression, scope);
    if (value === omit) return shownOmit(expression);
    return value instanceof Undefined
      ? shownUndefined(expression, value.message)
      : { changed: false, [expression]: toFinal(value) };
  } catch (error) {
    if (error instanceof UndefinedError) return shownUndefined(expression, error.message);
    if (!(error instanceof ExpressionError)) throw error;
    return failure(error.message);
  }
}

/** What `debug` shows for something undefined, and warns of, in the original's words. */
function shownUndefined(expression: string, message: string): Result {
  const error = `error 1 - ${message}`;
  return {
    changed: false,
    [expression]: `<< ${error} >>`,
    warnings: [`Encountered 1 template error.\n${error}`],
  };
}

function shownOmit(expression: string): Result {
  const warnings = ["The result of the `var` expression could not be omitted; a placeholder was used instead."];
  return { changed: false, [expression]: "<<Omit>>", warnings };
}

/** A condition written as a template is on its way out; said in the result where a play asks for such words. */
function delimiterDeprecation({ arguments: args, scope }: ActionContext): Result {
  const that = args.get("that");
  const isMeant = typeof that === "string" && /^\s*\{\{[\s\S]*\}\}\s*$/.test(that);
  if (!isMeant || scope.get("ansible_deprecation_warnings") !== true) return {};
  const msg = "Conditionals should not be surrounded by templating delimiters such as {{ }} or {% %}.";
  return { deprecations: [{ msg, version: "2.23", deprecator: { resolved_name: "ansible.builtin", type: null } }] };
}

/** What is to hold; undefined stands for a text that no person wrote, which is not to be worked out. */
async function conditionsOf({ arguments: args, scope, templar, isWritten }: ActionContext): Promise<unknown[]> {
  const written = args.get("that");
  // Templates inside a condition are its own; only one that is a template from end to end is worked out before.
  const isTemplateAlone = typeof written === "string" && /^\s*\{[{%][\s\S]*[}%]\}\s*$/.test(written);
  const whole = isTemplateAlone ? templar.template(written, scope) : written;
  const isDerived = whole !== written;
  if (isDerived && typeof whole === "string" && !(await isWritten(whole))) return [undefined];
  // One condition as a template is worked out as one.
  if (isDerived && !Array.isArray(whole)) return [written];
  const all: readonly unknown[] = Array.isArray(whole) ? whole : [whole];
  const checked = all.map(async (condition: unknown) => {
    const text = condition instanceof UnsafeText ? condition.value : condition;
    const isDoubtful = condition instanceof UnsafeText || isDerived;
    return typeof text !== "string" || !isDoubtful || (await isWritten(text)) ? text : undefined;
  });
  return Promise.all(checked);
}

const UNTRUSTED = "Task failed: Encountered untrusted template or expression.";

async function assertAction(context: ActionContext): Promise<Result> {
  const { arguments: args, scope, templar } = context;
  const wrong = unknownArguments(context, ["that", "fail_msg", "msg", "success_msg", "quiet"]);
  if (wrong !== undefined) return wrong;
  if (!args.has("that")) return failure("missing required arguments: that");
  if (args.get("that") === null)
    return failure("Task failed: Error while evaluating conditional: Empty conditional expressions are not allowed.");
  for (const condition of await conditionsOf(context)) {
    if (condition === undefined) return failure(UNTRUSTED);
    if (holds(condition, scope, templar)) continue;
    const message = args.get("fail_msg") ?? args.get("msg") ?? "Assertion failed";
    const shown = typeof condition === "string" ? condition : pythonString(condition);
    return {
      changed: false,
      failed: true,
      evaluated_to: false,
      assertion: typeof condition === "boolean" ? condition : shown,
      msg: message,
    };
  }
  return { changed: false, msg: args.get("success_msg") ?? "All assertions passed", ...delimiterDeprecation(context) };
}

async function setFact({ arguments: args }: ActionContext): Promise<Result> {
  const facts: Result = {};
  for (const [name, value] of args) {
    if (name === "cacheable") continue;
    if (!isVariableName(name)) return failure(`Task failed: Invalid variable name '${name}'.`);
    facts[name] = value;
  }
  if (Object.keys(facts).length === 0)
    return failure("No key/value pairs provided, at least one is required for this action to succeed");
  // Such facts are of the host, as if a module had found them, besides being variables.
  const kept = toBool(args.get("cacheable") ?? false) ? { _ansible_facts_cacheable: true } : {};
  return { changed: false, ansible_facts: facts, ...kept };
}

/** What may be a variable: a name of Python's that is none of its words. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !PYTHON_WORDS.has(name);
}

const PYTHON_WORDS: ReadonlySet<string> = new Set(
  "False None True false none true and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

async function setStats({ arguments: args }: ActionContext): Promise<Result> {
  const data = args.get("data");
  if (!isDict(data)) return failure(`The 'data' option needs to be a dictionary/hash`);
  return {
    changed: false,
    ansible_stats: {
      data,
      per_host: toBool(args.get("per_host") ?? false),
      aggregate: toBool(args.get("aggregate") ?? true),
    },
  };
}

function groupNames(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value) ? value.map(pythonString) : pythonString(value).split(",");
  return items.map((item) => item.trim()).filter((item) => item !== "");
}

async function addHost({ arguments: args, store, settings }: ActionContext): Promise<Result> {
  const written = args.get("name") ?? args.get("hostname") ?? args.get("host");
  if (typeof written !== "string") return failure("name, host or hostname needs to be provided");
  const [, name = written, port] = /^([^:]+):(\d+)$/.exec(written) ?? [];
  const groups = groupNames(args.get("groups") ?? args.get("group") ?? args.get("groupname"));
  const special = new Set(["name", "hostname", "host", "groups", "group", "groupname"]);
  const variables = new Map([...args].filter(([key]) => !special.has(key)));
  if (port !== undefined) variables.set("ansible_ssh_port", Number(port));
  const changed = settings.checkMode ? !store.hosts().includes(name) : store.addHost(name, groups, variables);
  return { changed, add_host: { groups, host_name: name, host_vars: Object.fromEntries(variables) } };
}

async function groupBy({ arguments: args, store, host }: ActionContext): Promise<Result> {
  const key = args.get("key");
  if (key === undefined) return failure("the 'key' param is required when using group_by");
  const group = pythonString(key).replaceAll(" ", "-");
  const parents = groupNames(args.get("parents") ?? "all").map((name) => name.replaceAll(" ", "-"));
  const changed = store.addToGroup(host, group);
  for (const parent of parents) store.addToGroup(host, parent);
  return { changed, add_group: group, parent_groups: parents };
}

async function pause(context: ActionContext): Promise<Result> {
  const { arguments: args, signal } = context;
  const wrong = unknownArguments(context, ["seconds", "minutes", "prompt", "echo"]);
  if (wrong !== undefined) return wrong;
  const amount = args.get("seconds") ?? args.get("minutes");
  const seconds = amount === undefined ? 0 : Number(pythonString(amount)) * (args.has("seconds") ? 1 : 60);
  if (Number.isNaN(seconds))
    return failure(`argument 'seconds' is of type ${typeName(amount)} and we were unable to convert to int`);
  const start = new Date();
  await sleep(Math.max(0, seconds) * 1000, undefined, { signal });
  const stop = new Date();
  const unit = args.has("minutes") ? "minutes" : "seconds";
  const elapsed = Math.round((stop.getTime() - start.getTime()) / 1000);
  const shown = args.has("minutes") ? Math.round((elapsed / 60) * 100) / 100 : elapsed;
  return {
    changed: false,
    rc: 0,
    stderr: "",
    stdout: amount === undefined ? "" : `Paused for ${shown} ${unit}`,
    start: start.toISOString(),
    stop: stop.toISOString(),
    delta: elapsed,
    echo: toBool(args.get("echo") ?? true),
    user_input: "",
  };
}

async function waitForConnection(context: ActionContext): Promise<Result> {
  const { arguments: args, settings, signal } = context;
  if (settings.checkMode) return { skipped: true };
  const wrong = unknownArguments(context, ["connect_timeout", "delay", "sleep", "timeout"]);
  if (wrong !== undefined) return wrong;
  const number = (name: string, otherwise: number) => numeric(args.get(name) ?? otherwise) ?? Number(args.get(name));
  const start = performance.now();
  const deadline = start + number("timeout", 600) * 1000;
  await sleep(number("delay", 0) * 1000, undefined, { signal });
  let problem = "timed out";
  for (;;) {
    try {
      const connector = await context.connector();
      const timeoutMilliseconds = number("connect_timeout", 5) * 1000;
      const { status } = await connector.run({ script: ":", timeoutMilliseconds }, signal);
      if (status === 0) return { changed: false, elapsed: Math.floor((performance.now() - start) / 1000) };
    } catch (error) {
      signal.throwIfAborted();
      problem = messageOf(error);
      await context.dropConnection();
    }
    if (performance.now() >= deadline) break;
    await sleep(number("sleep", 1) * 1000, undefined, { signal });
  }
  const elapsed = Math.floor((performance.now() - start) / 1000);
  return failure(`timed out waiting for ping module test: ${problem}`, { elapsed });
}
