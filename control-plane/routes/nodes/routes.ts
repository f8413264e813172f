import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { NodeName } from "#agent/protocol/messages.ts";
import { Done, NodeDetails, NodeList, NodeSummary, RevokeRequest, StateRequest } from "#agent/protocol/operator.ts";
import { refusals } from "../../errors.ts";
import { nodeDetails, nodeNames, nodeSummary } from "../../fleet/views.ts";
import type { Parts } from "../../parts.ts";
import { peerOf } from "../../plugins/access.ts";
import { replies, withCertificate } from "../refusal-responses.ts";
import { deleteNode, revokeNode } from "./removal.ts";
import { setNodeState } from "./set-state.ts";

const Parameters = Type.Object({ name: NodeName }, { additionalProperties: false });
type NodeRoute = { Params: Static<typeof Parameters> };

export function nodeRoutes(app: FastifyInstance, parts: Parts): void {
  const config = { access: "operator" } as const;
  const common = { tags: ["nodes"], security: withCertificate };
  const one = { ...common, params: Parameters };

  app.get(
    "/v1/nodes",
    { config, schema: { ...common, summary: "All nodes", response: replies(NodeList) } },
    async (): Promise<NodeList> => ({ nodes: nodeNames(parts).flatMap((name) => nodeSummary(name, parts) ?? []) }),
  );

  app.get<NodeRoute>(
    "/v1/nodes/:name",
    { config, schema: { ...one, summary: "One node", response: replies(NodeDetails) } },
    async (request): Promise<NodeDetails> => {
      const details = nodeDetails(request.params.name, parts);
      if (details === undefined) throw refusals.nodeUnknown(request.params.name);
      return details;
    },
  );

  app.post<NodeRoute & { Body: StateRequest }>(
    "/v1/nodes/:name/state",
    {
      config,
      schema: {
        ...one,
        summary: "Put a node aside, or hand it back to automation",
        body: StateRequest,
        response: replies(NodeSummary),
      },
    },
    async (request): Promise<NodeSummary> =>
      setNodeState(parts, request.params.name, request.body, peerOf(request).name),
  );

  app.post<NodeRoute & { Body: RevokeRequest }>(
    "/v1/nodes/:name/revoke",
    { config, schema: { ...one, summary: "Void a node's certificates", body: RevokeRequest, response: replies(Done) } },
    async (request): Promise<Done> => revokeNode(parts, request.params.name, request.body.reason, peerOf(request).name),
  );

  app.delete<NodeRoute>(
    "/v1/nodes/:name",
    { config, schema: { ...one, summary: "Take a node out of the site", response: replies(Done) } },
    async (request): Promise<Done> => deleteNode(parts, request.params.name, peerOf(request).name),
  );
}
