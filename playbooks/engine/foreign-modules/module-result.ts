import type { CommandResult } from "../../connectors/connector.ts";
import { dictEntries, dictGet, isDict, isInteger, numeric, pythonString, truthy } from "../expression/values.ts";
import { moduleOutput } from "./module-output.ts";

type Result = Record<string, unknown>;

/** What 2.19 registers where a traceback would stand. */
const NO_TRACEBACK = "(traceback unavailable)";

/** What the original registers for what a module printed; `warnings` are those about the module, then its own. */
export interface ModuleVerdict {
  readonly result: Result;
  readonly warnings: readonly string[];
}

/**
 * Turns a module's output into the result that is registered: internal keys out, errors, warnings and deprecations from their
 * wire form into text, lines of stdout and stderr, and the failure of a module that gave no result at all.
 */
export function moduleResult(outcome: CommandResult, interpreter: string): ModuleVerdict {
  const output = moduleOutput(outcome);
  if ("problem" in output) return { result: noResult(outcome, output.problem, interpreter), warnings: [] };
  const warnings = [...output.warnings];
  const result: Result = {};
  for (const [name, value] of output.result) result[String(name)] = value;
  judge(result);
  renameResults(result, warnings);
  removeInternal(result, warnings);
  for (const name of ["stdout", "stderr"])
    if (name in result && !(`${name}_lines` in result)) {
      const text = result[name];
      if (truthy(text) && typeof text !== "string") return { result: notLines(text), warnings };
      result[`${name}_lines`] = lineList(typeof text === "string" ? text : "");
    }
  const own = takeTexts(result, warnings);
  return { result, warnings: [...warnings, ...own] };
}

function notLines(value: unknown): Result {
  const type = isInteger(value) ? "int" : Array.isArray(value) ? "list" : isDict(value) ? "dict" : "object";
  const msg = `Task failed: '${type}' object has no attribute 'splitlines'`;
  return { changed: false, failed: true, msg, exception: NO_TRACEBACK };
}

/** A module that printed no result. */
function noResult(outcome: CommandResult, problem: string, interpreter: string): Result {
  const isMissing = ["No such file or directory", "not found", "command not found"].some((words) =>
    outcome.stderr.includes(`${interpreter}: ${words}`),
  );
  return {
    changed: false,
    failed: true,
    msg: isMissing
      ? `The module interpreter '${interpreter}' was not found.`
      : `Module result deserialization failed: ${problem}`,
    module_stdout: outcome.stdout,
    module_stderr: outcome.stderr,
    rc: outcome.status,
    exception: NO_TRACEBACK,
  };
}

/** Whether it failed, and the words for it. */
function judge(result: Result): void {
  const isByStatus = !("failed" in result) && numeric(result["rc"] ?? 0) !== 0;
  const error = result["exception"];
  delete result["exception"];
  if (isByStatus) result["failed"] = true;
  const failed = result["failed"];
  if (failed !== undefined && failed !== null && typeof failed !== "boolean") result["failed"] = truthy(failed);
  if (result["failed"] !== true && !truthy(error ?? null)) return;
  const text = isDict(error) ? eventText(dictGet(error, "event")) : undefined;
  const by = isByStatus ? "Action" : "Module";
  if (result["failed"] === true) result["msg"] ??= `Task failed: ${by} failed: ${text ?? "Unknown error."}`;
  result["exception"] = traceback(error) ?? NO_TRACEBACK;
}

function traceback(error: unknown): string | undefined {
  const event = isDict(error) ? dictGet(error, "event") : undefined;
  const text = isDict(event) ? dictGet(event, "formatted_traceback") : undefined;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** The message of an event with those of what caused it. */
function eventText(event: unknown): string {
  if (!isDict(event)) return "Unknown error.";
  const own = pythonString(dictGet(event, "msg") ?? "");
  const chain = dictGet(event, "chain");
  if (!isDict(chain) || dictGet(chain, "follow") === false) return own;
  const cause = eventText(dictGet(chain, "event"));
  return own.includes(cause) ? own : `${own.replace(/[.:]$/, "")}: ${cause}`;
}

function renameResults(result: Result, warnings: string[]): void {
  const results = result["results"];
  if (!("results" in result) || Array.isArray(results)) return;
  result["ansible_module_results"] = results;
  delete result["results"];
  warnings.push("Found internal 'results' key in module return, renamed to 'ansible_module_results'.");
}

function removeInternal(result: Result, warnings: string[]): void {
  for (const [name, value] of Object.entries(result)) {
    if (name === "_ansible_suppress_tmpdir_delete") delete result[name];
    else if (name.startsWith("_ansible_") || name === "add_host" || name === "add_group") {
      warnings.push(`Removed unexpected internal key in module return: ${name} = ${pythonString(value)}`);
      delete result[name];
    } else result[name] = withoutInternal(value);
  }
  const facts = result["ansible_facts"];
  if (facts instanceof Map)
    for (const name of ["discovered_interpreter_python", "ansible_discovered_interpreter_python"]) facts.delete(name);
}

function withoutInternal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutInternal);
  if (!isDict(value)) return value;
  return new Map(
    dictEntries(value)
      .filter(([key]) => !String(key).startsWith("_ansible_"))
      .map(([key, item]) => [key, withoutInternal(item)]),
  );
}

/** Warnings and deprecations as lists of texts and of plain descriptions; gives back the module's own warnings. */
function takeTexts(result: Result, warnings: readonly string[]): string[] {
  const told = result["warnings"];
  const own = Array.isArray(told) ? told.map(warningText) : [];
  const wrong =
    told !== undefined && !Array.isArray(told) && truthy(told)
      ? [
          `Task result \`warnings\` was <class '${typeof told === "string" ? "str" : "dict"}'> instead of <class 'list'>.`,
        ]
      : [];
  const all = [...warnings, ...wrong, ...own];
  delete result["warnings"];
  if (all.length > 0) result["warnings"] = all;
  const going = result["deprecations"];
  delete result["deprecations"];
  if (Array.isArray(going) && going.length > 0) result["deprecations"] = going.filter(isDict).map(deprecation);
  return [...wrong, ...own];
}

function warningText(warning: unknown): string {
  return isDict(warning) ? eventText(dictGet(warning, "event")) : pythonString(warning);
}

function deprecation(told: unknown): Map<string, unknown> {
  if (!isDict(told)) return new Map();
  const event = dictGet(told, "event");
  const plain = new Map<string, unknown>([["msg", isDict(event) ? eventText(event) : dictGet(told, "msg")]]);
  for (const name of ["version", "date", "collection_name"]) {
    const value = dictGet(told, name);
    if (value !== undefined && value !== null) plain.set(name, value);
  }
  const deprecator = dictGet(told, "deprecator");
  if (!isDict(deprecator)) return plain;
  const name = pythonString(dictGet(deprecator, "resolved_name") ?? "");
  const type = dictGet(deprecator, "type");
  plain.set("collection_name", name.split(".").slice(0, 2).join("."));
  plain.set(
    "deprecator",
    new Map([
      ["resolved_name", name],
      ["type", isDict(type) ? dictGet(type, "value") : type],
    ]),
  );
  return plain;
}

function lineList(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
