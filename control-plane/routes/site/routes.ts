import type { FastifyInstance } from "fastify";
import { DesiredSite, Done } from "#agent/protocol/operator.ts";
import { refusalCodes } from "#agent/protocol/refusals.ts";
import { RefusalError } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { peerOf } from "../../plugins/access.ts";
import { retireNodes } from "../nodes/removal.ts";
import { replies, withCertificate } from "../refusal-responses.ts";

const MEBIBYTE = 1024 * 1024;

export function siteRoutes(app: FastifyInstance, parts: Parts): void {
  const config = { access: "operator" } as const;
  const common = { tags: ["site"], security: withCertificate };
  app.get(
    "/v1/site",
    { config, schema: { ...common, summary: "What the plan wants", response: replies(DesiredSite) } },
    async () => parts.store.state.desired,
  );
  app.put<{ Body: DesiredSite }>(
    "/v1/site",
    {
      config,
      bodyLimit: 4 * MEBIBYTE,
      schema: {
        ...common,
        summary: "Replace what the plan wants; nodes left out are retired",
        body: DesiredSite,
        response: replies(Done),
      },
    },
    async (request): Promise<Done> => {
      checkDesired(request.body);
      return replaceDesired(parts, request.body, peerOf(request).name);
    },
  );
}

async function replaceDesired(parts: Parts, desired: DesiredSite, by: string): Promise<Done> {
  const { state, index } = parts.store;
  const kept = new Set(desired.nodes.map((node) => node.name));
  const known = new Set([...index.desiredNodes.keys(), ...index.identities.keys()]);
  const leaving = [...known].filter((name) => !kept.has(name));
  const same = JSON.stringify(state.desired) === JSON.stringify(desired);
  if (same && leaving.length === 0) return { changed: false };
  await retireNodes(parts, leaving, by, desired);
  const message = `${by} set the plan of the site: ${desired.nodes.length} nodes, ${desired.services.length} services.`;
  const data = { nodes: desired.nodes.length, services: desired.services.length };
  await parts.events.record({ code: "SITE_CHANGED", severity: "info", by, message, data });
  return { changed: true };
}

function checkDesired({ nodes, services }: DesiredSite): void {
  const names = new Set(nodes.map((node) => node.name));
  const twice = repeated(nodes.map((node) => node.name)) ?? repeated(services.map((service) => service.name));
  if (twice !== undefined) throw invalid(`${twice} is named twice`);
  for (const service of services) {
    const stray = service.nodes.find((node) => !names.has(node));
    if (stray !== undefined)
      throw invalid(`service ${service.name} is placed on ${stray}, which is not among the nodes`);
  }
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, position) => names.indexOf(name) !== position);
}

function invalid(problem: string): RefusalError {
  const hint = "Make a new plan: bdap plan.";
  return new RefusalError(400, refusalCodes.requestInvalid, `The site is inconsistent: ${problem}.`, hint);
}
