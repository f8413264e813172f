import type { FastifyInstance } from "fastify";
import { SiteStatus } from "#agent/protocol/operator.ts";
import { siteStatus } from "../../fleet/views.ts";
import type { Parts } from "../../parts.ts";
import { replies, withCertificate } from "../refusal-responses.ts";

export function statusRoutes(app: FastifyInstance, parts: Parts): void {
  const schema = {
    tags: ["site"],
    summary: "Nodes, services and notices of the site",
    security: withCertificate,
    response: replies(SiteStatus),
  };
  app.get("/v1/status", { config: { access: "operator" }, schema }, async () => siteStatus(parts));
}
