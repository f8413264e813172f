import Handlebars from "handlebars";
import type { TSchema } from "typebox";
import { templateUnknownName } from "./errors.ts";

type Ast = Readonly<Record<string, unknown>>;

/**
 * Throws `TEMPLATES_UNKNOWN_NAME` when the source uses a name its context's schema does not have. Handlebars itself lets
 * a misspelt name in `{{#each}}`, `{{#if}}` or a helper's argument pass as nothing.
 */
export function checkNames(template: string, source: string, schema: TSchema, helpers: ReadonlySet<string>): void {
  const program = Handlebars.parse(source) as unknown as Ast;
  visitProgram(program, [schema as unknown as Ast], { template, helpers });
}

interface Checking {
  readonly template: string;
  readonly helpers: ReadonlySet<string>;
}

function visitProgram(program: Ast, scopes: readonly Ast[], checking: Checking): void {
  for (const statement of asts(program["body"])) visitStatement(statement, scopes, checking);
}

function visitStatement(statement: Ast, scopes: readonly Ast[], checking: Checking): void {
  if (statement["type"] === "MustacheStatement") visitCall(statement, scopes, checking);
  if (statement["type"] === "BlockStatement") visitBlock(statement, scopes, checking);
}

/** `{{name}}`, or `{{helper argument …}}`: a helper's own name is not a name of the context. */
function visitCall(call: Ast, scopes: readonly Ast[], checking: Checking): void {
  const head = call["path"] as Ast;
  const parameters = asts(call["params"]);
  const isHelper = checking.helpers.has(String(head["original"]));
  if (!isHelper) resolve(head, scopes, checking);
  for (const parameter of parameters) visitParameter(parameter, scopes, checking);
}

function visitParameter(parameter: Ast, scopes: readonly Ast[], checking: Checking): void {
  if (parameter["type"] === "PathExpression") resolve(parameter, scopes, checking);
  if (parameter["type"] === "SubExpression") visitCall(parameter, scopes, checking);
}

function visitBlock(block: Ast, scopes: readonly Ast[], checking: Checking): void {
  const helper = String((block["path"] as Ast)["original"]);
  const parameters = asts(block["params"]);
  for (const parameter of parameters) visitParameter(parameter, scopes, checking);
  const subject = parameters[0]?.["type"] === "PathExpression" ? resolve(parameters[0], scopes, checking) : undefined;
  const inner = innerScope(helper, subject);
  const inside = inner === undefined ? scopes : [...scopes, inner];
  const body = block["program"] as Ast | undefined;
  const otherwise = block["inverse"] as Ast | undefined;
  if (body !== undefined) visitProgram(body, inside, checking);
  if (otherwise !== undefined && otherwise !== null) visitProgram(otherwise, scopes, checking);
}

function innerScope(helper: string, subject: Ast | undefined): Ast | undefined {
  if (helper === "each") return (subject?.["items"] ?? {}) as Ast;
  if (helper === "with") return subject ?? {};
  return undefined;
}

function resolve(path: Ast, scopes: readonly Ast[], checking: Checking): Ast | undefined {
  if (path["data"] === true) return undefined;
  const scope = scopes[scopes.length - 1 - Number(path["depth"] ?? 0)];
  let schema: Ast | undefined = scope;
  for (const part of path["parts"] as readonly string[]) {
    schema = propertyOf(schema, part);
    if (schema === undefined) throw templateUnknownName(checking.template, String(path["original"]));
  }
  return schema;
}

function propertyOf(schema: Ast | undefined, name: string): Ast | undefined {
  for (const one of [schema, ...asts(schema?.["allOf"])]) {
    const properties = one?.["properties"] as Readonly<Record<string, Ast>> | undefined;
    if (properties?.[name] !== undefined) return properties[name];
  }
  return undefined;
}

function asts(value: unknown): readonly Ast[] {
  return Array.isArray(value) ? (value as Ast[]) : [];
}
