import { deflateSync } from "node:zlib";
import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Become, Command, CommandResult, Connector } from "../../connectors/connector.ts";
import { nowhereToWrite, preparingScript, pythonMissing } from "./interpreter.ts";
import type { PythonFiles } from "./python-payload.ts";
import { STARTER, TREE_MISSING, TREE_MISSING_STATUS, TREE_UNWRITABLE, TREE_UNWRITABLE_STATUS } from "./starter.ts";

/** One run of a new-style module. */
export interface PythonRun {
  readonly name: string;
  readonly files: PythonFiles;
  /** The interpreter; that which was found on the host unless given. */
  readonly interpreter: string | undefined;
  readonly parameters: string;
  readonly environment: NonNullable<Parameters<Connector["run"]>[0]["environment"]>;
}

/**
 * The folder on a host from which one user's modules run, and what is in it already: what a module shares with an earlier one
 * is sent once, and Python keeps what it compiled there. Two modules that bring different files of one name get a folder each.
 */
export class HostTree {
  readonly #become: Become | undefined;
  readonly #configured: string | undefined;
  #connector: Connector;
  #prepared: Promise<{ readonly python: string; readonly folder: string }> | undefined;
  readonly #held = new Map<string, Buffer>();
  #sending: Promise<unknown> = Promise.resolve();

  constructor(connector: Connector, become: Become | undefined, configured: string | undefined) {
    this.#connector = connector;
    this.#become = become;
    this.#configured = configured;
  }

  /** Whether nothing in the folder stands in the way of these files. */
  takes(files: PythonFiles): boolean {
    return [...files].every(([path, bytes]) => this.#held.get(path)?.equals(bytes) ?? true);
  }

  /** The Python that was found on the host. Throws when there is none, before anything is done. */
  async python(connector: Connector, module: string, signal: AbortSignal): Promise<string> {
    return (await this.#ready(connector, module, signal)).python;
  }

  /** Runs a module, sending first what of it is not there. Throws what the connector throws, and where nothing can be written. */
  async run(connector: Connector, run: PythonRun, signal: AbortSignal): Promise<CommandResult> {
    const ready = await this.#ready(connector, run.name, signal);
    // What is missing is sent by one at a time; whoever finds everything there need not wait.
    const before = this.#sending;
    const turn = Promise.withResolvers<void>();
    this.#sending = before.then(() => turn.promise);
    try {
      await before;
      const missing = [...run.files].filter(([path]) => !this.#held.has(path));
      if (missing.length === 0) turn.resolve();
      for (const [path, bytes] of missing) this.#held.set(path, bytes);
      return await this.#start(connector, ready, run, new Map(missing), signal);
    } finally {
      turn.resolve();
    }
  }

  /** A command that runs a module from this folder and takes it away at the end: for a job that outlives this run. */
  async command(connector: Connector, run: PythonRun, signal: AbortSignal): Promise<Command> {
    const ready = await this.#ready(connector, run.name, signal);
    await this.#start(connector, ready, { ...run, name: "", parameters: "" }, run.files, signal);
    const { python, folder } = await this.#ready(connector, run.name, signal);
    const program = shellJoin([run.interpreter ?? python, "-c", STARTER, folder, run.name, "legacy", "0"]);
    const script = `${program}; status=$?; rm -rf -- ${shellQuote(folder)}; exit $status`;
    return { script, stdin: run.parameters, environment: run.environment };
  }

  async #start(
    connector: Connector,
    ready: { readonly python: string; readonly folder: string },
    run: PythonRun,
    missing: PythonFiles,
    signal: AbortSignal,
  ): Promise<CommandResult> {
    const sent = missing.size === 0 ? Buffer.alloc(0) : packed(missing);
    const words = ["-c", STARTER, ready.folder, run.name, "legacy", String(sent.length)].map(shellQuote).join(" ");
    const forget = () => {
      for (const path of missing.keys()) this.#held.delete(path);
    };
    let outcome: CommandResult;
    try {
      outcome = await connector.run(
        {
          script: `${shellQuote(run.interpreter ?? ready.python)} ${words}`,
          stdin: missing.size === 0 ? run.parameters : Buffer.concat([sent, Buffer.from(run.parameters)]),
          environment: run.environment,
          ...(this.#become === undefined ? {} : { become: this.#become }),
        },
        signal,
      );
    } catch (error) {
      forget();
      throw error;
    }
    if (outcome.status === TREE_UNWRITABLE_STATUS && outcome.stdout.startsWith(TREE_UNWRITABLE)) {
      forget();
      throw nowhereToWrite(connector.host, outcome.stdout.slice(TREE_UNWRITABLE.length).trim());
    }
    if (outcome.status !== TREE_MISSING_STATUS || !outcome.stdout.startsWith(TREE_MISSING)) return outcome;
    // Somebody cleaned up, or the host was started anew: once more, from nothing.
    this.#held.clear();
    this.#prepared = undefined;
    const again = await this.#ready(connector, run.name, signal);
    for (const [path, bytes] of run.files) this.#held.set(path, bytes);
    return this.#start(connector, again, run, run.files, signal);
  }

  #ready(connector: Connector, module: string, signal: AbortSignal) {
    this.#connector = connector;
    this.#prepared ??= this.#prepare(connector, module, signal);
    const prepared = this.#prepared;
    prepared.catch(() => {
      if (this.#prepared === prepared) this.#prepared = undefined;
    });
    return prepared;
  }

  async #prepare(connector: Connector, module: string, signal: AbortSignal) {
    const script = preparingScript(this.#configured);
    const become = this.#become === undefined ? {} : { become: this.#become };
    const outcome = await connector.run({ script, ...become }, signal);
    const [python = "", folder = ""] = outcome.stdout.split("\n");
    if (python === "") throw pythonMissing(connector.host, this.#configured, module);
    if (folder === "") throw nowhereToWrite(connector.host, "none of its temporary folders can be written");
    return { python, folder };
  }

  /** Takes the folder away, as far as the host can still be reached. */
  async remove(): Promise<void> {
    const prepared = await this.#prepared?.catch(() => undefined);
    if (prepared === undefined) return;
    const become = this.#become === undefined ? {} : { become: this.#become };
    const script = `rm -rf -- ${shellQuote(prepared.folder)}`;
    await this.#connector.run({ script, timeoutMilliseconds: 10_000, ...become }).catch(() => undefined);
  }
}

/** Files as the starter unpacks them: their bytes as characters, so that any encoding arrives as it is. */
function packed(files: PythonFiles): Buffer {
  const texts = Object.fromEntries([...files].map(([path, bytes]) => [path, bytes.toString("latin1")]));
  return deflateSync(JSON.stringify(texts), { level: 9 });
}
