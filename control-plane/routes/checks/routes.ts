import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { CheckList } from "#agent/protocol/operator.ts";
import { nodeChecks, nodeNames } from "../../fleet/views.ts";
import type { Parts } from "../../parts.ts";
import { replies, withCertificate } from "../refusal-responses.ts";

const Query = Type.Object({ all: Type.Optional(Type.Boolean()) }, { additionalProperties: false });

export function checkRoutes(app: FastifyInstance, parts: Parts): void {
  const schema = {
    tags: ["checks"],
    summary: "Problems of all nodes; with all=true the healthy checks too",
    security: withCertificate,
    querystring: Query,
    response: replies(CheckList),
  };
  app.get<{ Querystring: { all?: boolean } }>(
    "/v1/checks",
    { config: { access: "operator" }, schema },
    async (request): Promise<CheckList> => ({
      checks: nodeNames(parts).flatMap((node) => {
        const live = parts.fleet.node(node);
        if (live === undefined) return [];
        return nodeChecks(live, request.query.all === true).map((check) => ({ node, ...check }));
      }),
    }),
  );
}
