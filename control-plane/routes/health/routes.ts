import type { FastifyInstance } from "fastify";
import { Health } from "#agent/protocol/operator.ts";
import { replies } from "../refusal-responses.ts";

export function healthRoutes(app: FastifyInstance): void {
  const schema = { tags: ["site"], summary: "Whether the control plane answers", response: replies(Health) };
  app.get("/v1/health", { config: { access: "open" }, schema }, async () => ({ status: "ok" }));
}
