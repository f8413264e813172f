import type { FastifyInstance } from "fastify";
import { Done, RevocationList, RevocationRequest } from "#agent/protocol/operator.ts";
import { normalSerial } from "#agent/protocol/pki/identity.ts";
import type { Parts } from "../../parts.ts";
import { peerOf } from "../../plugins/access.ts";
import { revokeSerial } from "../../store/changes.ts";
import { replies, withCertificate } from "../refusal-responses.ts";

export function revocationRoutes(app: FastifyInstance, parts: Parts): void {
  const config = { access: "operator" } as const;
  const common = { tags: ["certificates"], security: withCertificate };
  app.get(
    "/v1/revocations",
    { config, schema: { ...common, summary: "Revoked certificates", response: replies(RevocationList) } },
    async (): Promise<RevocationList> => ({
      revocations: parts.store.state.revocations.map(({ serial, node, reason, by, at }) => ({
        serial,
        node,
        reason,
        by,
        at: new Date(at).toISOString(),
      })),
    }),
  );
  app.post<{ Body: RevocationRequest }>(
    "/v1/revocations",
    {
      config,
      schema: { ...common, summary: "Void one certificate", body: RevocationRequest, response: replies(Done) },
    },
    async (request): Promise<Done> => {
      const { reason } = request.body;
      const serial = normalSerial(request.body.serial);
      const by = peerOf(request).name;
      const why = { reason, by, now: parts.clock.now() };
      const changed = await parts.store.update((state) => {
        const next = revokeSerial(state, serial, parts.issuer.notAfter, why);
        return { state: next, result: next !== state };
      });
      if (!changed) return { changed };
      const message = `${by} revoked certificate ${serial}: ${reason}`;
      const data = { serials: [serial], reason };
      await parts.events.record({ code: "CERTIFICATE_REVOKED", severity: "warning", by, message, data });
      return { changed };
    },
  );
}
