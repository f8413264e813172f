import { ApplianceError, messageOf, systemCodeOf } from "#inventory/kernel/errors.ts";

const RETRY_HINT =
  "See that the host is up and bdap-control-plane.service runs there: systemctl status bdap-control-plane.";

/** The request did not reach the control plane, or no answer came back. */
export function unreachable(where: string, cause: unknown): ApplianceError {
  const code = systemCodeOf(cause) ?? systemCodeOf(cause instanceof Error ? cause.cause : undefined) ?? "";
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return untrusted(where, cause);
  return new ApplianceError({
    code: "CONTROL_PLANE_UNREACHABLE",
    kind: "environment",
    message: `The control plane at ${where} does not answer: ${messageOf(cause) || code}`,
    hint: RETRY_HINT,
    context: { where },
    cause,
  });
}

function untrusted(where: string, cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_UNTRUSTED",
    kind: "environment",
    message: `What answers at ${where} is not this site's control plane: ${messageOf(cause)}`,
    hint: "See that the address is right and nobody is in between. If the site's authority was replaced, run bdap apply.",
    context: { where },
    cause,
  });
}

/** The control plane said no. A 4xx is the request's fault, except that a rejected certificate is the environment's. */
export function refused(
  status: number,
  refusal: { code: string; message: string; hint: string } | undefined,
): ApplianceError {
  const kind = status >= 400 && status < 500 && status !== 401 && status !== 429 ? "user" : "environment";
  return new ApplianceError({
    code: refusal?.code ?? "CONTROL_PLANE_REFUSED",
    kind,
    message: refusal?.message ?? `The control plane answered with HTTP status ${status}.`,
    hint: refusal?.hint ?? "See the control plane's journal: journalctl -u bdap-control-plane.",
    context: { status },
  });
}

/** The answer is not one this release understands. */
export function unreadableAnswer(where: string, cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_ANSWER_UNREADABLE",
    kind: "environment",
    message: `The answer of ${where} is not one this release understands: ${messageOf(cause)}`,
    hint: "Use the bdap of the site's release, or bring the control plane to this one: bdap apply.",
    context: { where },
    cause,
  });
}
