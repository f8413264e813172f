import type { Secret } from "#inventory/kernel/secret.ts";
import type { Become, CommandResult, Connector } from "../../connectors/connector.ts";
import { differencesOf, type ResultDiff } from "../../operations/plan.ts";
import { isDict, toPlain } from "../expression/values.ts";
import { fileCommand } from "./argument-file.ts";
import type { ForeignModule } from "./foreign-modules.ts";
import { HostTree } from "./host-tree.ts";
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
    if (call.arguments.has("_raw_params") && !RAW_TEXT.test(call.writtenModule)) {
      const msg = `Task failed: Action '${call.writtenModule}' does not support raw params.`;
      return { result: { changed: false, failed: true, msg }, differences: [], warnings: [] };
    }
    const { outcome, interpreter, isFound } = await this.#execute(call, connector);
    const { result, warnings } = moduleResult(outcome, interpreter);
    if (!call.isItem) delete result["invocation"];
    if (result["skipped"] === true) result["failed"] ??= false;
    const given = result["ansible_facts"];
    const refused = given instanceof Map ? trustedFacts(given as Map<string, unknown>).warnings : [];
    const more = [...(isFound ? tellFound(call, result, interpreter, connector.host) : []), ...refused];
    if (more.length > 0) result["warnings"] = [...more, ...((result["warnings"] as unknown[] | undefined) ?? [])];
    return { result, differences: differences(result), warnings: [...more, ...warnings] };
  }

  async close(): Promise<void> {
    const all = [...this.#trees.values()].flat();
    this.#trees.clear();
    await Promise.all(all.map((tree) => tree.remove()));
  }

  async #execute(call: ForeignCall, connector: Connector): Promise<Executed> {
    const { module, signal } = call;
    const given = wireArguments(call.arguments, wireOptions(call));
    const tree = this.#tree(call, connector);
    if (module.style === "python") {
      const interpreter = interpreterOf(call, shebangOf(module.source)?.program ?? "/usr/bin/python");
      const run = {
        name: module.pythonName,
        files: module.files,
        interpreter,
        parameters: jsonOf(new Map([["ANSIBLE_MODULE_ARGS", given]])),
        environment: call.environment,
        timeoutMilliseconds: undefined,
      };
      const outcome = await tree.run(connector, run, signal);
      const python = interpreter ?? (await tree.python(connector, module.name, signal));
      return { outcome, interpreter: python, isFound: interpreter === undefined };
    }
    const shebang = module.style === "binary" ? undefined : shebangOf(module.source);
    const named = shebang === undefined ? undefined : interpreterOf(call, shebang.program);
    const isFound = shebang !== undefined && named === undefined;
    const program = isFound ? await tree.python(connector, module.name, signal) : named;
    const command = fileCommand({
      name: module.name.split(".").at(-1) ?? module.name,
      source: module.style === "json-text" ? withArguments(module.source, jsonOf(given)) : module.source,
      argumentText: argumentText(module, given),
      interpreter: program === undefined ? [] : [program, ...(shebang?.arguments ?? [])],
      remoteTemporary: wireOptions(call).remoteTemporary,
    });
    const become = call.become === undefined ? {} : { become: call.become };
    const outcome = await connector.run({ ...command, environment: call.environment, ...become }, signal);
    return { outcome, interpreter: program ?? "", isFound };
  }

  /** The first folder on that host, of that user and Python, in which nothing is in the module's way. */
  #tree(call: ForeignCall, connector: Connector): HostTree {
    const configured = textOf(call.variable("ansible_python_interpreter"));
    const { become } = call;
    const key = JSON.stringify([connector.host, become?.method, become?.user, configured]);
    const trees = this.#trees.get(key) ?? [];
    this.#trees.set(key, trees);
    const fit = trees.find((tree) => tree.takes(call.module.files));
    if (fit !== undefined) return fit;
    const tree = new HostTree(connector, become, isDiscovered(configured) ? undefined : configured);
    trees.push(tree);
    return tree;
  }
}

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
