import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { NodeName } from "#agent/protocol/messages.ts";
import { EventList } from "#agent/protocol/operator.ts";
import type { Parts } from "../../parts.ts";
import { replies, withCertificate } from "../refusal-responses.ts";
import type { Followers } from "./followers.ts";

const Query = Type.Object(
  {
    after: Type.Optional(Type.Integer({ minimum: 0, description: "Only events with a higher number" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, description: "At most so many; 100 by default" })),
    node: Type.Optional(NodeName),
    follow: Type.Optional(
      Type.Boolean({ description: "Keep the reply open: one event a line, and a line {heartbeat} when there is none" }),
    ),
  },
  { additionalProperties: false },
);

const DEFAULT_LIMIT = 100;

export function eventRoutes(app: FastifyInstance, parts: Parts, followers: Followers): void {
  const schema = {
    tags: ["events"],
    summary: "Events of the site, oldest first",
    security: withCertificate,
    querystring: Query,
    response: replies(EventList, "The events; with follow=true lines of JSON (application/x-ndjson)"),
  };
  app.get<{ Querystring: Static<typeof Query> }>(
    "/v1/events",
    { config: { access: "operator" }, schema },
    async (request, reply) => {
      const { follow, limit = DEFAULT_LIMIT, ...filter } = request.query;
      if (follow !== true) return { events: parts.events.list({ ...filter, limit }) };
      const stream = followers.open(request, { ...filter, limit: filter.after === undefined ? limit : 5000 });
      return reply.type("application/x-ndjson").header("cache-control", "no-store").send(stream);
    },
  );
}
