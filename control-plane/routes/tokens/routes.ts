import { createHash, randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Static } from "typebox";
import { JoinToken, TokenRequest } from "#agent/protocol/operator.ts";
import type { Parts } from "../../parts.ts";
import { peerOf } from "../../plugins/access.ts";
import { addToken } from "../../store/token-changes.ts";
import { replies, withCertificate } from "../refusal-responses.ts";

const DEFAULT_LIFETIME_SECONDS = 15 * 60;
/** 256 bits. */
const TOKEN_BYTES = 32;

export function tokenRoutes(app: FastifyInstance, parts: Parts): void {
  const schema = {
    tags: ["nodes"],
    summary: "Make a single-use join token for a node; an earlier one of the same node is void",
    security: withCertificate,
    body: TokenRequest,
    response: replies(JoinToken),
  };
  app.post<{ Body: Static<typeof TokenRequest> }>(
    "/v1/tokens",
    { config: { access: "operator" }, schema },
    async (request): Promise<JoinToken> => {
      const { node, lifetimeSeconds = DEFAULT_LIFETIME_SECONDS } = request.body;
      const by = peerOf(request).name;
      const token = randomBytes(TOKEN_BYTES).toString("base64url");
      const hash = createHash("sha256").update(token).digest("hex");
      const createdAt = parts.clock.now();
      const expiresAt = createdAt + lifetimeSeconds * 1000;
      const message = `${by} made a join token for ${node}.`;
      const data = { expiresAt: new Date(expiresAt).toISOString() };
      await parts.events.record({ code: "TOKEN_CREATED", severity: "info", node, by, message, data });
      await parts.store.update((state) => ({
        state: addToken(state, { node, hash, createdAt, expiresAt, by }, createdAt),
        result: undefined,
      }));
      return { node, token, expiresAt: data.expiresAt };
    },
  );
}
