import type { Secret } from "#inventory/kernel/secret.ts";
import type { Become, Command, CommandResult, Connector } from "../../connectors/connector.ts";
import type { OperationPlan } from "../../operations/operation.ts";
import { differencesOf, type ResultDiff } from "../../operations/plan.ts";
import { isDict, toPlain } from "../expression/values.ts";
import { fileCommand } from "./argument-file.ts";
import type { ForeignModule } from "./foreign-modules.ts";
import { HostTree, type PythonRun } from "./host-tree.ts";
import { isDiscovered } from "./interpreter.ts";
import { moduleResult } from "./module-result.ts";
import { ARGUMENTS_MARK, shebangOf } from "./module-style.ts";
import { trustedFacts } from "./trusted-facts.ts";
import { jsonOf, type WireOptions, wireArguments, wordsOf } from "./wire-arguments.ts";

/** One foreign module on one host, everything worked out. */
export interface ForeignCall {
  readonly module: ForeignModule;
  /** As the task wrote its name. */
  readonly writtenModule: string;
  readonly arguments: ReadonlyMap<string, unknown>;
  readonly become: Become | undefined;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly checkMode: boolean;
  readonly diff: boolean;
  readonly noLog: boolean;
  /** One item of a loop: the original keeps what such a module says of its arguments, and drops it of a whole task. */
  readonly isItem: boolean;
  readonly verbosity: number;
  /** A connection variable of the host (`ansible_python_interpreter`), worked out; undefined when it is not set. */
  variable(name: string): unknown;
  readonly signal: AbortSignal;
}

export interface ForeignOutcome {
  readonly result: Record<string, unknown>;
  readonly differences: ReturnType<typeof differencesOf>;
  readonly warnings: readonly string[];
}

/** Carries out foreign modules and knows what is on the hosts for them. One for a run; `close` takes it away again. */
export class ForeignRunner {
  readonly #trees = new Map<string, HostTree[]>();

  /** Throws what the connector throws, and `PLAYBOOKS_PYTHON_MISSING` before anything is done. */
  async call(call: ForeignCall, connector: Connector): Promise<ForeignOutcome> {
    const refused = refusedArguments(call);
    if (refused !== undefined) return { result: refused, differences: [], warnings: [] };
    const executed = await this.#execute(call, connector);
    return outcomeOf(call, executed, connector.host);
  }

  /** The same as a plan of one command, which needs nothing more of this run: for a job in the background. */
  async plan(call: ForeignCall, connector: Connector): Promise<OperationPlan> {
    const refused = refusedArguments(call);
    if (refused !== undefined) return { changes: [], result: refused };
    const tree = treeOf(call, connector);
    const { run, command, ...by } = await this.#work(call, connector, tree);
    const whole = run === undefined ? command : await tree.command(connector, run, call.signal);
    const environment = call.environment;
    return {
      changes: [{ kind: "run", title: `Run the module ${call.module.name}`, command: { ...whole, environment } }],
      result: { changed: true },
      conclude: ([outcome]) =>
        outcome === undefined ? {} : outcomeOf(call, { outcome, ...by }, connector.host).result,
    };
  }

  async close(): Promise<void> {
    const all = [...this.#trees.values()].flat();
    this.#trees.clear();
    await Promise.all(all.map((tree) => tree.remove()));
  }

  async #execute(call: ForeignCall, connector: Connector): Promise<Executed> {
    const tree = this.#tree(call, connector);
    const { run, command, ...by } = await this.#work(call, connector, tree);
    if (run !== undefined) return { outcome: await tree.run(connector, run, call.signal), ...by };
    const become = call.become === undefined ? {} : { become: call.become };
    const outcome = await connector.run({ ...command, environment: call.environment, ...become }, call.signal);
    return { outcome, ...by };
  }

  /** What is to be run: Python from a folder of modules, or a command by itself. */
  async #work(call: ForeignCall, connector: Connector, tree: HostTree): Promise<Work> {
    const { module, signal } = call;
    const given = wireArguments(call.arguments, wireOptions(call));
    const shebang = module.style === "binary" ? undefined : shebangOf(module.source);
    const first = module.style === "python" ? (shebang?.program ?? "/usr/bin/python") : shebang?.program;
    const named = first === undefined ? undefined : interpreterOf(call, first);
    const isFound = first !== undefined && named === undefined;
    const program = isFound ? await tree.python(connector, module.name, signal) : named;
    const by = { interpreter: program ?? "", isFound };
    if (module.style === "python") {
      const parameters = jsonOf(new Map([["ANSIBLE_MODULE_ARGS", given]]));
      const { pythonName: name, files } = module;
      const run = { name, files, interpreter: named, parameters, environment: call.environment };
      return { ...by, run, command: undefined };
    }
    const command = fileCommand({
      name: module.name.split(".").at(-1) ?? module.name,
      source: module.style === "json-text" ? withArguments(module.source, jsonOf(given)) : module.source,
      argumentText: argumentText(module, given),
      interpreter: program === undefined ? [] : [program, ...(shebang?.arguments ?? [])],
      remoteTemporary: wireOptions(call).remoteTemporary,
    });
    return { ...by, run: undefined, command };
  }

  /** The first folder on that host, of that user and Python, in which nothing is in the module's way. */
  #tree(call: ForeignCall, connector: Connector): HostTree {
    const { become } = call;
    const key = JSON.stringify([connector.host, become?.method, become?.user, configuredPython(call)]);
    const trees = this.#trees.get(key) ?? [];
    this.#trees.set(key, trees);
    const fit = trees.find((tree) => tree.takes(call.module.files));
    if (fit !== undefined) return fit;
    const tree = treeOf(call, connector);
    trees.push(tree);
    return tree;
  }
}

function treeOf(call: ForeignCall, connector: Connector): HostTree {
  return new HostTree(connector, call.become, configuredPython(call));
}

/** The Python that a host is configured to have; undefined where it is to be found there. */
function configuredPython(call: ForeignCall): string | undefined {
  const configured = textOf(call.variable("ansible_python_interpreter"));
  return isDiscovered(configured) ? undefined : configured;
}

function refusedArguments(call: ForeignCall): Record<string, unknown> | undefined {
  if (!call.arguments.has("_raw_params") || RAW_TEXT.test(call.writtenModule)) return undefined;
  const msg = `Task failed: Action '${call.writtenModule}' does not support raw params.`;
  return { changed: false, failed: true, msg };
}

/** The result of what ran, as it is registered. */
function outcomeOf(call: ForeignCall, executed: Executed, host: string): ForeignOutcome {
  const { outcome, interpreter, isFound } = executed;
  const { result, warnings } = moduleResult(outcome, interpreter);
  if (!call.isItem) delete result["invocation"];
  if (result["skipped"] === true) result["failed"] ??= false;
  const given = result["ansible_facts"];
  const refused = given instanceof Map ? trustedFacts(given as Map<string, unknown>).warnings : [];
  const more = [...(isFound ? tellFound(call, result, interpreter, host) : []), ...refused];
  if (more.length > 0) result["warnings"] = [...more, ...((result["warnings"] as unknown[] | undefined) ?? [])];
  return { result, differences: differences(result), warnings: [...more, ...warnings] };
}

type Work = Pick<Executed, "interpreter" | "isFound"> &
  (
    | { readonly run: PythonRun; readonly command: undefined }
    | { readonly run: undefined; readonly command: Pick<Command, "script" | "stdin"> }
  );

interface Executed {
  readonly outcome: CommandResult;
  readonly interpreter: string;
  /** The interpreter is the Python that was found on the host, as nobody named one. */
  readonly isFound: boolean;
}

/** The first result that a found Python brings says which it is, for all that follow on that host. */
function tellFound(call: ForeignCall, result: Record<string, unknown>, python: string, host: string): string[] {
  if (call.variable("discovered_interpreter_python") !== undefined) return [];
  const facts = result["ansible_facts"];
  result["ansible_facts"] = new Map([
    ...(facts instanceof Map ? (facts as Map<string, unknown>) : []),
    ["discovered_interpreter_python", python],
  ]);
  if (String(call.variable("ansible_python_interpreter")).endsWith("_silent")) return [];
  return [
    `Host '${host}' is using the discovered Python interpreter at '${python}', but future installation of another Python interpreter could cause a different interpreter to be discovered.`,
  ];
}

/** Modules that may be given text as it is. */
const RAW_TEXT = /^(?:ansible\.(?:legacy|builtin)\.)?(?:command|shell|script|raw)$/;

/** The program that the first line of a module stands for; undefined for the Python that is found on the host. */
function interpreterOf(call: ForeignCall, program: string): string | undefined {
  const name = program.split("/").at(-1) ?? "";
  const configured = textOf(call.variable(`ansible_${name}_interpreter`));
  if (name === "python") return isDiscovered(configured) ? undefined : configured;
  return configured === undefined || configured === "" ? program : configured;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim() : undefined;
}

function wireOptions(call: ForeignCall): WireOptions {
  return {
    checkMode: call.checkMode,
    diff: call.diff,
    noLog: call.noLog,
    verbosity: call.verbosity,
    version: call.module.version,
    module: call.writtenModule,
    remoteTemporary: textOf(call.variable("ansible_remote_tmp")) ?? "~/.ansible/tmp",
    shell: textOf(call.variable("ansible_shell_executable")) ?? "/bin/sh",
  };
}

function argumentText(module: ForeignModule, given: ReadonlyMap<string, unknown>): string | undefined {
  if (module.style === "json-text") return undefined;
  return module.style === "words-file" ? wordsOf(given) : jsonOf(given);
}

function withArguments(source: Buffer, json: string): Buffer {
  return Buffer.from(
    source.toString("latin1").replaceAll(ARGUMENTS_MARK, () => json),
    "latin1",
  );
}

function differences(result: Readonly<Record<string, unknown>>): ReturnType<typeof differencesOf> {
  const diff = toPlain(result["diff"] ?? []);
  return differencesOf((Array.isArray(diff) ? diff : [diff]).filter(isDict) as readonly ResultDiff[]);
}
