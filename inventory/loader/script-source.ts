import { spawn } from "node:child_process";
import { type JsonProblem, parseJson } from "../kernel/json.ts";
import { UnsafeText } from "../kernel/yaml.ts";
import { withMarks } from "./data-text.ts";
import type { InventoryData } from "./inventory-data.ts";
import { mayAccess } from "./source-files.ts";
import type { SourceKind } from "./source-kind.ts";
import type { SourceReader } from "./source-reader.ts";

export interface ScriptRules {
  /** Whether what a script writes to standard error is shown although it went well. */
  readonly showErrors: boolean;
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
}

/** Executable files that print an inventory as JSON when called with `--list` (and `--host NAME`, where `_meta` is missing). */
export function scriptSource(rules: ScriptRules): SourceKind {
  return {
    name: "script",
    accepts: async (path) => (await mayAccess(path, "read")) && (await mayAccess(path, "execute")),
    read: async (source, data) => new ScriptReader(source, data, rules).read(),
  };
}

class ScriptReader {
  readonly #source: SourceReader;
  readonly #data: InventoryData;
  readonly #rules: ScriptRules;
  readonly #hosts = new Set<string>();

  constructor(source: SourceReader, data: InventoryData, rules: ScriptRules) {
    this.#source = source;
    this.#data = data;
    this.#rules = rules;
  }

  async read(): Promise<void> {
    const output = await this.#run(["--list"]);
    const groups = this.#parsed(output, "Inventory script result");
    if (!(groups instanceof Map))
      throw this.#source.problem(`Unable to get JSON decoder for inventory script result: it is no dict`);
    const known = this.#knownVariables(groups);
    for (const [name, group] of groups) if (name !== "_meta") this.#adding(() => this.#group(String(name), group));
    for (const host of this.#hosts) {
      const variables = known === undefined ? await this.#hostVariables(host) : (known.get(host) ?? new Map());
      if (!(variables instanceof Map))
        throw this.#source.problem(`Invalid data from file, expected dictionary and got:\n\n${String(variables)}`);
      for (const [key, value] of variables) this.#adding(() => this.#data.setVariable(host, key, withMarks(value)));
    }
  }

  #knownVariables(groups: ReadonlyMap<unknown, unknown>): ReadonlyMap<unknown, unknown> | undefined {
    const meta = groups.get("_meta");
    if (meta === undefined) return undefined;
    const hostvars: unknown = meta instanceof Map ? meta.get("hostvars") : undefined;
    const profile: unknown = meta instanceof Map ? meta.get("profile") : undefined;
    if (profile !== undefined && profile !== "inventory_legacy")
      throw this.#source.problem(`Non-inventory profile '${String(profile)}' is not allowed.`);
    if (!(hostvars instanceof Map))
      throw this.#source.problem("Value contains '_meta.hostvars' which is not a 'dict'.");
    return hostvars;
  }

  #group(written: string, said: unknown): void {
    const name = this.#data.addGroup(written);
    const isWhole = said instanceof Map && ["hosts", "vars", "children"].some((key) => said.has(key));
    const parts = isWhole ? said : shorthand(name, said);
    const hosts: unknown = parts.get("hosts");
    if (hosts !== undefined && !Array.isArray(hosts))
      throw this.#source.problem(`Value contains '${name}.hosts' which is not a 'list'.`);
    for (const host of hosts ?? []) {
      this.#data.addHost(host, name);
      this.#hosts.add(String(host));
    }
    const variables = parts.get("vars");
    if (variables !== undefined && !(variables instanceof Map))
      throw this.#source.problem(`Value contains '${name}.vars' which is not a 'dict'.`);
    for (const [key, value] of variables ?? [])
      this.#data.setVariable(name, key, isWhole ? withMarks(value) : untrusted(value));
    const children: unknown = parts.get("children");
    const names: unknown[] = Array.isArray(children) ? children : children instanceof Map ? [...children.keys()] : [];
    for (const child of names) this.#data.addChild(name, this.#data.addGroup(child));
  }

  async #hostVariables(host: string): Promise<unknown> {
    const output = await this.#run(["--host", host]);
    if (output.trim() === "") return new Map();
    return withMarks(this.#parsed(output, `Inventory script result for host '${host}'`));
  }

  #parsed(text: string, what: string): unknown {
    try {
      return parseJson(text);
    } catch (error) {
      const { message } = error as JsonProblem;
      throw this.#source.problem(`${what} could not be parsed as JSON: ${message}`);
    }
  }

  async #run(words: readonly string[]): Promise<string> {
    const { code, output, errors } = await outcomeOf(this.#source.path, words, this.#rules.environment).catch(
      (error: unknown) => {
        const command = [this.#source.path, ...words].join(" ");
        throw this.#source.problem(
          `Failed to execute inventory script command '${command}': ${error instanceof Error ? error.message : ""}`,
        );
      },
    );
    const told = errors.trim() === "" ? "" : `\nStandard error from inventory script:\n${errors.trimEnd()}`;
    if (code !== 0) throw this.#source.problem(`Inventory script returned non-zero exit code ${code}.${told}`);
    if (errors !== "" && this.#rules.showErrors) this.#source.warn(errors.trimEnd());
    return output;
  }

  #adding(add: () => void): void {
    try {
      add();
    } catch (error) {
      if (error instanceof RangeError) throw this.#source.problem(error.message);
      throw error;
    }
  }
}

/** A group written as a list of hosts, or as the variables of one host that is called as the group is. */
function shorthand(name: string, said: unknown): Map<unknown, unknown> {
  if (!(said instanceof Map)) return new Map([["hosts", said]]);
  return new Map<unknown, unknown>([
    ["hosts", [name]],
    ["vars", said],
  ]);
}

/** Texts that are never templates, at any depth. */
function untrusted(value: unknown): unknown {
  if (typeof value === "string") return new UnsafeText(value);
  if (Array.isArray(value)) return value.map(untrusted);
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, untrusted(item)])) : value;
}

function outcomeOf(
  path: string,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>> | undefined,
): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, words, {
      stdio: ["inherit", "pipe", "pipe"],
      ...(environment === undefined ? {} : { env: { ...environment } }),
    });
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (part: Buffer) => output.push(part));
    child.stderr.on("data", (part: Buffer) => errors.push(part));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (signal !== null) return reject(new Error(`ended by ${signal}`));
      resolve({ code: code ?? 1, output: text(output), errors: text(errors) });
    });
  });
}

function text(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString("utf8");
}
