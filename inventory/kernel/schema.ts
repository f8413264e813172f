import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { ApplianceError } from "./errors.ts";

/** One place where a value does not fit its schema: a path such as `networks/0/cidr` and what was expected there. */
export interface SchemaProblem {
  readonly path: string;
  readonly message: string;
}

const validators = new WeakMap<TSchema, Validator>();

/** What is wrong with `value` under `schema`, at most `limit` problems; empty when it fits. */
export function schemaProblems(schema: TSchema, value: unknown, limit = 10): SchemaProblem[] {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = Compile(schema) as Validator;
    validators.set(schema, validator);
  }
  if (validator.Check(value)) return [];
  return validator
    .Errors(value)
    .slice(0, limit)
    .map((error) => ({ path: error.instancePath.replace(/^\//, ""), message: error.message }));
}

/**
 * `value` as the schema's type. Throws `KERNEL_SCHEMA_MISMATCH` (kind `user`) naming `what` (a file or message) and the
 * first places that do not fit. Nothing is coerced and nothing is removed.
 */
export function parseWith<T extends TSchema>(schema: T, value: unknown, what: string): Static<T> {
  const problems = schemaProblems(schema, value);
  if (problems.length === 0) return value as Static<T>;
  const list = problems.map((problem) => `${problem.path || "(top)"}: ${problem.message}`).join("; ");
  throw new ApplianceError({
    code: "KERNEL_SCHEMA_MISMATCH",
    kind: "user",
    message: `${what} does not have the expected shape: ${list}`,
    hint: "Correct the named places; the reference of every field is its description in inventory/schema.",
    context: { what, problems },
  });
}
