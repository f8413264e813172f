import type { TSchema } from "typebox";
import { Refusal } from "#agent/protocol/messages.ts";

/** The replies of a route: `ok` for success, refusals for the rest. */
export function replies(ok: TSchema, description = "Done"): Record<string, TSchema> {
  return { 200: { description, ...ok } as TSchema, "4xx": Refusal, "5xx": Refusal };
}

/** What the description of a route says about who may call it. */
export const withCertificate = [{ clientCertificate: [] }];
