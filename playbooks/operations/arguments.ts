import { Secret } from "#inventory/kernel/secret.ts";
import { convertArgument, pythonTypeName } from "./argument-types.ts";
import type { Argument, Operation } from "./operation.ts";
import { pythonText } from "./python-text.ts";

/** Arguments as an operation's `plan` takes them: aliases resolved, typed, defaulted; what was not given is null. */
export interface ValidArguments {
  readonly valid: true;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Every secret among them: values of arguments declared secret and values that came as `Secret`. Censor these in results. */
  readonly secrets: readonly Secret[];
  readonly warnings: readonly string[];
}

/** Why arguments are refused, in the words of the original; `message` is the first problem, which the original reports. */
export interface InvalidArguments {
  readonly valid: false;
  readonly message: string;
  readonly problems: readonly string[];
}

/**
 * Checks and types the arguments of one task as ansible-core's argument specification does (`module_utils/common/arg_spec`),
 * in the same order and with the same messages. `module` is the name the task used, for the message about unknown ones.
 */
export function validateArguments(
  operation: Operation,
  raw: Readonly<Record<string, unknown>>,
  module: string = operation.modules[0] ?? operation.name,
): ValidArguments | InvalidArguments {
  const secrets: Secret[] = [];
  const warnings: string[] = [];
  const values = resolveAliases(operation, revealSecrets(raw, secrets), warnings);
  const problems: string[] = exclusionProblems(operation, values);

  for (const [name, argument] of Object.entries(operation.arguments)) {
    if (!(name in values) && argument.default !== undefined && argument.default !== null)
      values[name] = argument.default;
  }
  problems.push(...requiredProblems(operation, values));
  for (const [name, argument] of Object.entries(operation.arguments)) {
    if (name in values) problems.push(...typeArgument(name, argument, values));
  }
  for (const [name, argument] of Object.entries(operation.arguments)) {
    if (name in values) problems.push(...choiceProblems(name, argument, values[name]));
  }
  problems.push(...groupProblems(operation, values), ...unknownProblems(operation, values, module));
  if (problems[0] !== undefined) return { valid: false, message: problems[0], problems };

  const complete: Record<string, unknown> = {};
  for (const [name, argument] of Object.entries(operation.arguments)) {
    complete[name] = values[name] ?? null;
    if (argument.secret === true) collectSecrets(complete[name], secrets);
  }
  return { valid: true, arguments: complete, secrets, warnings };
}

function resolveAliases(
  operation: Operation,
  raw: Record<string, unknown>,
  warnings: string[],
): Record<string, unknown> {
  const values = { ...raw };
  for (const [name, argument] of Object.entries(operation.arguments)) {
    for (const alias of argument.aliases ?? []) {
      if (!(alias in raw)) continue;
      if (name in raw) warnings.push(`Both option ${name} and its alias ${alias} are set.`);
      values[name] = raw[alias];
      delete values[alias];
    }
  }
  return values;
}

function exclusionProblems(operation: Operation, values: Record<string, unknown>): string[] {
  const broken = (operation.rules?.mutuallyExclusive ?? []).filter((names) => given(names, values) > 1);
  if (broken.length === 0) return [];
  return [`parameters are mutually exclusive: ${broken.map((names) => names.join("|")).join(", ")}`];
}

function requiredProblems(operation: Operation, values: Record<string, unknown>): string[] {
  const missing = Object.entries(operation.arguments)
    .filter(([name, argument]) => argument.required === true && !(name in values))
    .map(([name]) => name);
  return missing.length === 0 ? [] : [`missing required arguments: ${missing.sort().join(", ")}`];
}

function typeArgument(name: string, argument: Argument, values: Record<string, unknown>): string[] {
  const value = values[name];
  const hasDefault = argument.default !== undefined && argument.default !== null;
  if ((value === null || value === undefined) && argument.required !== true && !hasDefault) return [];
  const converted = convertArgument(argument.type, value);
  if ("problem" in converted) {
    return [
      `argument '${name}' is of type ${pythonTypeName(value)} and we were unable to convert to ${argument.type}: ${converted.problem}`,
    ];
  }
  values[name] = converted.value;
  if (argument.elements === undefined || !Array.isArray(converted.value)) return [];
  return typeElements(name, argument.elements, converted.value, values);
}

function typeElements(
  name: string,
  type: Argument["type"],
  elements: readonly unknown[],
  values: Record<string, unknown>,
): string[] {
  const problems: string[] = [];
  const typed: unknown[] = [];
  for (const element of elements) {
    const converted = convertArgument(type, element);
    if ("problem" in converted) {
      problems.push(
        `Elements value for option '${name}' is of type ${pythonTypeName(element)} and we were unable to convert to ${type}: ${converted.problem}`,
      );
    } else typed.push(converted.value);
  }
  values[name] = typed;
  return problems;
}

function choiceProblems(name: string, argument: Argument, value: unknown): string[] {
  const choices = argument.choices;
  if (choices === undefined || value === null || value === undefined) return [];
  const list = choices.map(pythonText).join(", ");
  if (Array.isArray(value)) {
    const others = value.filter((item) => !choices.includes(item));
    if (others.length === 0) return [];
    return [`value of ${name} must be one or more of: ${list}. Got no match for: ${others.map(pythonText).join(", ")}`];
  }
  return choices.includes(value) ? [] : [`value of ${name} must be one of: ${list}, got: ${pythonText(value)}`];
}

function groupProblems(operation: Operation, values: Record<string, unknown>): string[] {
  const problems: string[] = [];
  for (const names of operation.rules?.requiredTogether ?? []) {
    const count = given(names, values);
    if (count > 0 && count < names.length) problems.push(`parameters are required together: ${names.join(", ")}`);
  }
  for (const names of operation.rules?.requiredOneOf ?? []) {
    if (given(names, values) === 0) problems.push(`one of the following is required: ${names.join(", ")}`);
  }
  for (const [name, value, names, quantity] of operation.rules?.requiredIf ?? []) {
    if (values[name] !== value) continue;
    const missing = names.filter((other) => (values[other] ?? null) === null);
    if (quantity === "any" ? missing.length < names.length : missing.length === 0) continue;
    const words = quantity === "any" ? "any" : "all";
    problems.push(`${name} is ${pythonText(value)} but ${words} of the following are missing: ${missing.join(", ")}`);
  }
  for (const [name, names] of Object.entries(operation.rules?.requiredBy ?? {})) {
    if ((values[name] ?? null) === null) continue;
    const missing = names.filter((other) => (values[other] ?? null) === null);
    if (missing.length > 0) problems.push(`missing parameter(s) required by '${name}': ${missing.join(", ")}`);
  }
  return problems;
}

function unknownProblems(operation: Operation, values: Record<string, unknown>, module: string): string[] {
  const names = Object.keys(operation.arguments);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length === 0) return [];
  const aliases = Object.values(operation.arguments).flatMap((argument) => argument.aliases ?? []);
  const also = aliases.length === 0 ? "" : ` (${[...aliases].sort().join(", ")})`;
  return [
    `Unsupported parameters for (${module}) module: ${unknown.sort().join(", ")}. ` +
      `Supported parameters include: ${names.sort().join(", ")}${also}.`,
  ];
}

function given(names: readonly string[], values: Record<string, unknown>): number {
  return names.filter((name) => name in values).length;
}

function revealSecrets(raw: Readonly<Record<string, unknown>>, secrets: Secret[]): Record<string, unknown> {
  const reveal = (value: unknown): unknown => {
    if (value instanceof Secret) {
      secrets.push(value);
      return value.reveal();
    }
    if (Array.isArray(value)) return value.map(reveal);
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, reveal(entry)]));
    }
    return value;
  };
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, reveal(value)]));
}

function collectSecrets(value: unknown, secrets: Secret[]): void {
  if (typeof value === "string" && value !== "") secrets.push(new Secret(value));
  if (Array.isArray(value)) for (const item of value) collectSecrets(item, secrets);
}
