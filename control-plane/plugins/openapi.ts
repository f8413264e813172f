import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

/** Describes every route registered after it; `/v1/openapi.json` serves the description. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "bdap control plane",
        version: "1",
        description:
          "Agents join with a single-use token and speak over mutual TLS from then on; operators use a client certificate of the site. Every refusal is {error: {code, message, hint}}.",
      },
      components: { securitySchemes: { clientCertificate: { type: "mutualTLS" } as never } },
    },
  });
  app.get("/v1/openapi.json", { schema: { hide: true }, config: { access: "open" } }, async () => app.swagger());
}
