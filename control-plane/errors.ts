import { refusalCodes } from "#agent/protocol/refusals.ts";
import { ApplianceError } from "#inventory/kernel/errors.ts";

export function alreadyRunning(directory: string): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_ALREADY_RUNNING",
    kind: "environment",
    message: `Another control plane is using ${directory}.`,
    hint: "Stop it first: systemctl stop bdap-control-plane. Two on one state would overwrite each other.",
    context: { directory },
  });
}

export function stateUnreadable(directory: string, problems: readonly string[]): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_UNREADABLE",
    kind: "environment",
    message: `No copy of the state in ${directory} is whole: ${problems.join("; ")}.`,
    hint: "Restore state-*.json from a backup, or move the directory aside and run `bdap apply` to begin anew: every node then joins again.",
    state: "Nothing was changed; the damaged files are where they were.",
    context: { directory, problems },
  });
}

export function stateMissing(directory: string): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_MISSING",
    kind: "environment",
    message: `${directory} holds events of earlier runs but no state.`,
    hint: "Restore state-*.json from a backup, or move the directory aside and run `bdap apply` to begin anew: every node then joins again.",
    context: { directory },
  });
}

export function stateTooNew(name: string, version: number, known: number): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_TOO_NEW",
    kind: "environment",
    message: `${name} was written by a newer release (schema ${version}; this one knows ${known}).`,
    hint: "Start the newer release again, or restore a backup made by this one.",
    context: { name, version, known },
  });
}

export function stateNotWritten(cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_NOT_WRITTEN",
    kind: "environment",
    message: `The change could not be stored: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "Free space on the control-plane host's disk and repeat the request; heartbeats and reads go on meanwhile.",
    state: "The change was not made.",
    cause,
  });
}

export function stateFailed(cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_FAILED",
    kind: "environment",
    message: `The disk did not confirm a write: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "The control plane restarts from its last good copy. Look at the disk: journalctl -k.",
    state: "Whether the change was stored is unknown until the restart; look before repeating it.",
    cause,
  });
}

/** A refusal as it goes over the wire: an HTTP status with code, message and hint. */
export class RefusalError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint: string) {
    super(message);
    this.name = "RefusalError";
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export const refusals = {
  certificateRequired: () =>
    new RefusalError(
      401,
      refusalCodes.certificateRequired,
      "This request needs a client certificate of the site.",
      "Use the site's credentials: agents get theirs by joining, operators from the site's vault.",
    ),
  certificateExpired: () =>
    new RefusalError(
      401,
      refusalCodes.certificateExpired,
      "The client certificate is no longer valid.",
      "A node joins again: bdap apply --limit NODE. An operator's certificate is renewed by bdap apply.",
    ),
  certificateRevoked: () =>
    new RefusalError(
      403,
      refusalCodes.certificateRevoked,
      "The client certificate was revoked or replaced.",
      "If the node belongs to the site, join it again: bdap apply --limit NODE.",
    ),
  forbidden: (kind: string) =>
    new RefusalError(
      403,
      refusalCodes.forbidden,
      `This certificate speaks for a ${kind}, which may not ask this.`,
      "Use an operator's certificate for operators' requests, and a node's only for the node's own.",
    ),
  tokenRefused: () =>
    new RefusalError(
      403,
      refusalCodes.tokenRefused,
      "The join token is not accepted.",
      "Tokens work once, for one node, for a few minutes. Get a new one: bdap apply --limit NODE; the reason is in bdap events.",
    ),
  requestUnusable: (message: string) =>
    new RefusalError(400, refusalCodes.requestUnusable, message, "Send a request signed by an ECDSA P-256 key."),
  versionUnsupported: (version: number) =>
    new RefusalError(
      400,
      refusalCodes.versionUnsupported,
      `The agent speaks protocol version ${version}, which this control plane does not.`,
      "Install the agent of this release: bdap apply --limit NODE.",
    ),
  duplicateIdentity: () =>
    new RefusalError(
      409,
      refusalCodes.duplicateIdentity,
      "Two machines use this node's identity; the node is quarantined.",
      "Stop the copy, join the right machine again (bdap apply --limit NODE), then bdap nodes resume NODE.",
    ),
  nodeUnknown: (node: string) =>
    new RefusalError(404, refusalCodes.notFound, `There is no node ${node}.`, "See bdap nodes list."),
  notFound: () => new RefusalError(404, refusalCodes.notFound, "There is no such resource.", "See /v1/openapi.json."),
};
