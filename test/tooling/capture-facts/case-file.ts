import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { dumpYaml, loadYaml } from "#inventory/kernel/yaml.ts";
import type { FactSections, ParseContext } from "#playbooks/facts/fact.ts";

/**
 * One case of a fact: what its sections printed on a machine and the reading expected of that.
 * `captured` cases are as a real machine printed them; `synthetic` ones follow a tool's documented output.
 */
export interface FactCase {
  readonly origin: "captured" | "synthetic";
  /** What kind of machine it was, in a few words. */
  readonly machine: string;
  readonly context: ParseContext;
  readonly sections: FactSections;
  readonly expect: unknown;
}

/** Case files of a fact's folder by name, sorted. */
export function readCases(folder: string): ReadonlyMap<string, FactCase> {
  const cases = join(folder, "cases");
  const names = readdirSync(cases).filter((name) => name.endsWith(".yml"));
  return new Map(names.sort().map((name) => [basename(name, ".yml"), readCase(join(cases, name))]));
}

/** A case as the text of its file. */
export function caseText(value: FactCase): string {
  return dumpYaml(value);
}

export function readCase(path: string): FactCase {
  return loadYaml(readFileSync(path, "utf8"), path) as FactCase;
}
