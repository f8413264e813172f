import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import {
  Certificates,
  Heartbeat,
  HeartbeatReply,
  JoinRequest,
  PROTOCOL_VERSION,
  RenewRequest,
} from "#agent/protocol/messages.ts";
import { type CertificateIdentity, renewalTime } from "#agent/protocol/pki/identity.ts";
import { refusalCodes } from "#agent/protocol/refusals.ts";
import { timestamp } from "#inventory/kernel/clock.ts";
import { RefusalError, refusals } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { peerOf } from "../../plugins/access.ts";
import type { SecurityEvents } from "../../plugins/security-events.ts";
import { replies, withCertificate } from "../refusal-responses.ts";
import { joinNode } from "./join.ts";
import { quarantineDuplicate } from "./quarantine.ts";
import { renewCertificate } from "./renew.ts";

const KIBIBYTE = 1024;

/** What agents ask: join with a token, then renew and report over mutual TLS, each for its own node only. */
export async function agentRoutes(app: FastifyInstance, parts: Parts, security: SecurityEvents): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: "1 minute",
    cache: 10_000,
    errorResponseBuilder: (_request, { after }) => {
      const hint = `Wait ${after} and try again.`;
      return new RefusalError(429, refusalCodes.tooMany, "Too many requests from here.", hint);
    },
  });
  const tags = ["agent"];

  app.post<{ Body: JoinRequest }>(
    "/v1/agent/join",
    {
      config: { access: "open", rateLimit: { max: parts.settings.joinsPerMinute } },
      bodyLimit: 32 * KIBIBYTE,
      schema: { tags, summary: "Join with a single-use token", body: JoinRequest, response: replies(Certificates) },
    },
    async (request) => {
      checkVersion(request.body.version);
      return joinNode(parts, request.body, (event) => security.report(request, event, request.body.node));
    },
  );

  app.post<{ Body: RenewRequest }>(
    "/v1/agent/renew",
    {
      config: {
        access: "node",
        rateLimit: { max: 20, hook: "preHandler", keyGenerator: (request) => `node ${peerOf(request).name}` },
      },
      bodyLimit: 32 * KIBIBYTE,
      schema: {
        tags,
        summary: "Replace the certificate before it expires",
        security: withCertificate,
        body: RenewRequest,
        response: replies(Certificates),
      },
    },
    async (request) => {
      checkVersion(request.body.version);
      return renewCertificate(parts, peerOf(request), request.body.csr);
    },
  );

  app.post<{ Body: Heartbeat }>(
    "/v1/agent/heartbeat",
    {
      config: {
        access: "node",
        // Before the body is read: a node gone wild must cost the others nothing.
        rateLimit: {
          max: parts.settings.heartbeatsPerMinute,
          hook: "preParsing",
          keyGenerator: (request) => `node ${peerOf(request).name}`,
        },
      },
      bodyLimit: 1024 * KIBIBYTE,
      schema: {
        tags,
        summary: "Report the node's latest state",
        security: withCertificate,
        body: Heartbeat,
        response: replies(HeartbeatReply),
      },
    },
    async (request): Promise<HeartbeatReply> => {
      checkVersion(request.body.version);
      return takeHeartbeat(parts, peerOf(request), request.body);
    },
  );
}

async function takeHeartbeat(parts: Parts, peer: CertificateIdentity, heartbeat: Heartbeat): Promise<HeartbeatReply> {
  const machineId = parts.store.index.identities.get(peer.name)?.machineId ?? "";
  const verdict = parts.fleet.heartbeat(peer.name, heartbeat, machineId);
  if (verdict === "other-machine" || verdict === "alternating") {
    await quarantineDuplicate(parts, peer.name, verdict, heartbeat);
    throw refusals.duplicateIdentity();
  }
  return {
    intervalSeconds: parts.settings.heartbeatSeconds,
    serverTime: timestamp(parts.clock),
    renew: parts.clock.now() >= renewalTime(peer),
  };
}

function checkVersion(version: number): void {
  if (version !== PROTOCOL_VERSION && version !== PROTOCOL_VERSION - 1) throw refusals.versionUnsupported(version);
}
