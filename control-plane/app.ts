import { constants } from "node:crypto";
import { type FastifyInstance, fastify } from "fastify";
import { refusalCodes } from "#agent/protocol/refusals.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import type { Parts } from "./parts.ts";
import { requireAccess } from "./plugins/access.ts";
import { describeRoutes } from "./plugins/openapi.ts";
import { replyWithRefusals } from "./plugins/refusal-replies.ts";
import { SecurityEvents } from "./plugins/security-events.ts";
import { validateStrictly } from "./plugins/validation.ts";
import { agentRoutes } from "./routes/agent/routes.ts";
import { checkRoutes } from "./routes/checks/routes.ts";
import { Followers } from "./routes/events/followers.ts";
import { eventRoutes } from "./routes/events/routes.ts";
import { healthRoutes } from "./routes/health/routes.ts";
import { nodeRoutes } from "./routes/nodes/routes.ts";
import { revocationRoutes } from "./routes/revocations/routes.ts";
import { siteRoutes } from "./routes/site/routes.ts";
import { statusRoutes } from "./routes/status/routes.ts";
import { tokenRoutes } from "./routes/tokens/routes.ts";

/** The server's end of TLS, all PEM. */
export interface ServerIdentity {
  readonly certificate: string;
  readonly key: Secret;
  readonly authority: string;
}

const KIBIBYTE = 1024;

/** Builds the HTTPS application: TLS 1.3 only, our own authority only, every route with its access. */
export async function buildApp(parts: Parts, identity: ServerIdentity): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: 64 * KIBIBYTE,
    requestTimeout: 15_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    clientErrorHandler: refuseUnreadable,
    https: {
      cert: identity.certificate,
      key: identity.key.reveal(),
      ca: identity.authority,
      minVersion: "TLSv1.3",
      requestCert: true,
      // Joining nodes have no certificate yet: each route says what it demands, and nothing is the default.
      rejectUnauthorized: false,
      // No resumption: every connection proves its certificate anew.
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: 10_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16 * KIBIBYTE,
    },
  }) as unknown as FastifyInstance;
  app.server.maxConnections = 20_000;
  const security = new SecurityEvents(parts);
  const followers = new Followers(parts);
  validateStrictly(app);
  replyWithRefusals(app, parts.log);
  requireAccess(app, parts, security);
  await describeRoutes(app);
  await app.register(async (routes) => {
    healthRoutes(routes);
    await agentRoutes(routes, parts, security);
    statusRoutes(routes, parts);
    nodeRoutes(routes, parts);
    tokenRoutes(routes, parts);
    siteRoutes(routes, parts);
    eventRoutes(routes, parts, followers);
    checkRoutes(routes, parts);
    revocationRoutes(routes, parts);
  });
  app.addHook("preClose", async () => followers.close());
  return app;
}

/** Bytes that are not HTTP never reach a route; they get the same kind of answer. */
function refuseUnreadable(error: { code?: string }, socket: import("node:net").Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return void socket.destroy();
  const timeout = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const message = timeout ? "The request took too long to arrive." : "This is not an HTTP request.";
  const body = JSON.stringify({
    error: { code: refusalCodes.requestInvalid, message, hint: "Speak HTTP/1.1 over TLS." },
  });
  const head = timeout ? "408 Request Timeout" : "400 Bad Request";
  socket.end(
    `HTTP/1.1 ${head}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
