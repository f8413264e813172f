import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import type { Refusal } from "#agent/protocol/messages.ts";
import { refusalCodes } from "#agent/protocol/refusals.ts";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import type { Log } from "#inventory/kernel/log.ts";
import { RefusalError, refusals } from "../errors.ts";

/** Every error leaves the control plane as `{error: {code, message, hint}}`; what is ours to mend is logged, not told. */
export function replyWithRefusals(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler({}, (_request, reply) => send(reply, refusals.notFound()));
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.status >= 500) {
      log.error("request failed", {
        route: request.routeOptions.url ?? "",
        error: messageOf(error),
        stack: stackOf(error),
      });
    }
    return send(reply, refusal);
  });
}

/** The body of a refusal. */
export function refusalBody(error: RefusalError): Refusal {
  return { error: { code: error.code, message: error.message, hint: error.hint } };
}

function send(reply: FastifyReply, refusal: RefusalError): FastifyReply {
  return reply.code(refusal.status).type("application/json").send(refusalBody(refusal));
}

function refusalOf(error: unknown): RefusalError {
  if (error instanceof RefusalError) return error;
  if (error instanceof ApplianceError) {
    const status = error.code === refusalCodes.notWritten ? 507 : error.code === refusalCodes.failed ? 503 : 500;
    return new RefusalError(status, error.code, error.message, error.hint);
  }
  return refusalOfFastify(error as FastifyError);
}

function refusalOfFastify(error: FastifyError): RefusalError {
  if (error.validation !== undefined) {
    const places = error.validation.slice(0, 5).map((problem) => {
      const place = problem.instancePath.replace(/^\//, "") || "(top)";
      return `${place}: ${problem.message ?? problem.keyword}`;
    });
    const message = `The ${error.validationContext ?? "request"} does not have the expected shape: ${places.join("; ")}.`;
    return new RefusalError(400, refusalCodes.requestInvalid, message, "See /v1/openapi.json for what is expected.");
  }
  const status = error.statusCode ?? 500;
  if (status === 413) {
    const hint = "Send less; the limits are those of the protocol's schemas.";
    return new RefusalError(413, refusalCodes.tooLarge, "The request is too large.", hint);
  }
  if (status === 429) return new RefusalError(429, refusalCodes.tooMany, error.message, "Wait and try again.");
  if (status >= 400 && status < 500) {
    const message = `The request cannot be read: ${error.message}`;
    return new RefusalError(status, refusalCodes.requestInvalid, message, "Send JSON as /v1/openapi.json describes.");
  }
  const hint = "See the control plane's journal: journalctl -u bdap-control-plane.";
  return new RefusalError(500, "CONTROL_PLANE_INTERNAL", "The control plane met an error of its own.", hint);
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
