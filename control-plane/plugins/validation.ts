import { Ajv } from "ajv";
import type { FastifyInstance } from "fastify";

/**
 * Bodies are taken as they are: nothing is coerced, nothing removed. Query strings and path parameters are text by
 * nature, so numbers and booleans are read from them. Replies are plain JSON: their schemas document, they do not filter.
 */
export function validateStrictly(app: FastifyInstance): void {
  // `strictNumbers` refuses what JSON.parse makes of 1e999: infinity would leave as null and break every reader.
  const options = { strict: false, strictNumbers: true, removeAdditional: false, useDefaults: false } as const;
  const exact = new Ajv({ ...options, coerceTypes: false });
  const text = new Ajv({ ...options, coerceTypes: true });
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === "body" ? exact : text).compile(schema as object));
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}
