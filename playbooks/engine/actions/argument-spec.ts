import { convertArgument, pythonTypeName } from "../../operations/argument-types.ts";
import type { ArgumentType } from "../../operations/operation.ts";
import {
  dictEntries,
  dictGet,
  isDict,
  pythonRepr,
  pythonString,
  toFinal,
  toPlain,
  truthy,
} from "../expression/values.ts";
import type { ActionContext, Result } from "./action.ts";
import { failure } from "./action.ts";

type Spec = ReadonlyMap<string, unknown>;
type Values = Map<string, unknown>;

/** `validate_argument_spec`: whether variables and given arguments are what a role says they must be. */
export async function validateArgumentSpec(context: ActionContext): Promise<Result> {
  const { arguments: args, scope } = context;
  const about = { validate_args_context: args.get("validate_args_context") ?? new Map() };
  const spec = args.get("argument_spec");
  if (spec === undefined) return failure('"argument_spec" arg is required in args');
  if (!isDict(spec))
    return failure(`Incorrect type for argument_spec, expected dict and got ${pythonTypeName(toPlain(spec))}`);
  const provided = args.get("provided_arguments") ?? new Map();
  if (!isDict(provided))
    return failure(`Incorrect type for provided_arguments, expected dict and got ${pythonTypeName(toPlain(provided))}`);
  const wanted = named(spec);
  const values: Values = new Map();
  for (const name of wanted.keys()) {
    const value = scope.get(name);
    if (value !== undefined) values.set(name, toFinal(value));
  }
  for (const [name, value] of named(provided)) values.set(name, value);
  const problems = problemsOf(wanted, values, []);
  if (problems.length === 0) return { changed: false, msg: "The arg spec validation passed", ...about };
  return failure(`Validation of arguments failed:\n${problems.join("\n")}`, {
    ...about,
    argument_spec_data: spec,
    argument_errors: problems,
  });
}

/** What is wrong with `values`, in the original's words and order; `path` are the options around them. */
function problemsOf(spec: Spec, values: Values, path: readonly string[]): string[] {
  const where = path.length === 0 ? "" : ` found in ${path.join(" -> ")}`;
  resolveAliases(spec, values);
  const problems: string[] = [];
  const unknown = [...values.keys()].filter((name) => !spec.has(name));
  for (const [name, rules] of spec) {
    const fallback = rule(rules, "default");
    if (!values.has(name) && fallback !== undefined && fallback !== null) values.set(name, fallback);
  }
  const missing = [...spec].filter(([name, rules]) => truthy(rule(rules, "required") ?? false) && !values.has(name));
  if (missing.length > 0)
    problems.push(
      `missing required arguments: ${missing
        .map(([name]) => name)
        .sort()
        .join(", ")}${where}`,
    );
  for (const [name, rules] of spec) if (values.has(name)) problems.push(...typeProblems(name, rules, values, where));
  for (const [name, rules] of spec)
    if (values.has(name)) problems.push(...choiceProblems(name, rules, values.get(name), where));
  for (const [name, rules] of spec)
    if (values.has(name)) problems.push(...nestedProblems(name, rules, values.get(name), path));
  if (unknown.length > 0) {
    const known = [...spec].map(([name, rules]) => withAliases(name, rules)).sort();
    const names = unknown.map((name) => [...path, name].join(".")).sort();
    problems.push(`${names.join(", ")}. Supported parameters include: ${known.join(", ")}.`);
  }
  return problems;
}

function typeProblems(name: string, rules: unknown, values: Values, where: string): string[] {
  const value = values.get(name);
  const isRequired = truthy(rule(rules, "required") ?? false);
  const fallback = rule(rules, "default") ?? null;
  if (value === null && !isRequired && fallback === null) return [];
  const type = pythonString(rule(rules, "type") ?? "str") as ArgumentType;
  const converted = convertArgument(type, toPlain(value));
  if ("problem" in converted)
    return [
      `argument '${name}' is of type ${pythonTypeName(toPlain(value))}${where} and we were unable to convert to ${type}: ${converted.problem}`,
    ];
  values.set(name, converted.value);
  const elements = rule(rules, "elements");
  if (elements === undefined || elements === null || !Array.isArray(converted.value)) return [];
  const kind = pythonString(elements) as ArgumentType;
  const problems: string[] = [];
  const typed: unknown[] = [];
  for (const element of converted.value as unknown[]) {
    const part = convertArgument(kind, element);
    if ("problem" in part)
      problems.push(
        `Elements value for option '${name}' is of type ${pythonTypeName(element)}${where} and we were unable to convert to ${kind}: ${part.problem}`,
      );
    else typed.push(part.value);
  }
  values.set(name, typed);
  return problems;
}

function choiceProblems(name: string, rules: unknown, value: unknown, where: string): string[] {
  const choices = rule(rules, "choices");
  if (!Array.isArray(choices) || value === null) return [];
  const known = choices.map((choice: unknown) => pythonString(choice));
  const list = known.join(", ");
  if (Array.isArray(value)) {
    const others = value.filter((item: unknown) => !known.includes(pythonString(item)));
    if (others.length === 0) return [];
    return [
      `value of ${name} must be one or more of: ${list}. Got no match for: ${others.map(pythonString).join(", ")}${where}`,
    ];
  }
  if (known.includes(pythonString(value))) return [];
  return [`value of ${name} must be one of: ${list}, got: ${pythonString(value)}${where}`];
}

/** Options of dicts, and of the dicts in lists. */
function nestedProblems(name: string, rules: unknown, value: unknown, path: readonly string[]): string[] {
  const options = rule(rules, "options");
  if (!isDict(options) || value === null || value === undefined) return [];
  const type = pythonString(rule(rules, "type") ?? "str");
  const isList = type === "list" && pythonString(rule(rules, "elements") ?? "") === "dict";
  if (type !== "dict" && !isList) return [];
  const spec = named(options);
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return parts.flatMap((part) => {
    const plain = isDict(part) ? part : undefined;
    if (plain === undefined) return [`value of '${name}' must be of type dict or list of dicts`];
    return problemsOf(spec, new Map(named(plain)), [...path, name]);
  });
}

function resolveAliases(spec: Spec, values: Values): void {
  for (const [name, rules] of spec) {
    const aliases = rule(rules, "aliases");
    for (const alias of Array.isArray(aliases) ? aliases.map(pythonString) : []) {
      if (!values.has(alias)) continue;
      values.set(name, values.get(alias));
      values.delete(alias);
    }
  }
}

function withAliases(name: string, rules: unknown): string {
  const aliases = rule(rules, "aliases");
  if (!Array.isArray(aliases) || aliases.length === 0) return name;
  return `${name} (${aliases.map(pythonString).sort().join(", ")})`;
}

function rule(rules: unknown, name: string): unknown {
  return isDict(rules) ? dictGet(rules, name) : undefined;
}

function named(value: unknown): ReadonlyMap<string, unknown> {
  if (!isDict(value)) return new Map();
  return new Map(dictEntries(value).map(([key, item]) => [typeof key === "string" ? key : pythonRepr(key), item]));
}
