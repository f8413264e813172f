/** Codes of the control plane's refusals that its peers act upon; the others are for people. */
export const refusalCodes = {
  /** 401: the route wants a client certificate of the site and got none, or one of another authority. */
  certificateRequired: "CONTROL_PLANE_CERTIFICATE_REQUIRED",
  /** 401: the certificate is past its validity. An agent joins again with a new token. */
  certificateExpired: "CONTROL_PLANE_CERTIFICATE_EXPIRED",
  /** 403: the certificate was revoked or replaced. An agent joins again with a new token. */
  certificateRevoked: "CONTROL_PLANE_CERTIFICATE_REVOKED",
  /** 403: the certificate speaks for another kind of peer than the route serves. */
  forbidden: "CONTROL_PLANE_FORBIDDEN",
  /** 403: the join token is unknown, used, expired or bound to another node; which of these only the events tell. */
  tokenRefused: "CONTROL_PLANE_TOKEN_REFUSED",
  /** 400: the certificate request does not prove a key of the right kind. */
  requestUnusable: "CONTROL_PLANE_REQUEST_UNUSABLE",
  /** 400: the message does not have the shape of this protocol version. */
  requestInvalid: "CONTROL_PLANE_REQUEST_INVALID",
  /** 400: the message is of a protocol version this control plane does not speak. */
  versionUnsupported: "CONTROL_PLANE_VERSION_UNSUPPORTED",
  /** 409: the heartbeat comes from another machine than the one that joined, or from two agents in turn. */
  duplicateIdentity: "CONTROL_PLANE_DUPLICATE_IDENTITY",
  /** 413 */
  tooLarge: "CONTROL_PLANE_REQUEST_TOO_LARGE",
  /** 429: slow down; `retry-after` says how long. */
  tooMany: "CONTROL_PLANE_TOO_MANY_REQUESTS",
  /** 404 */
  notFound: "CONTROL_PLANE_NOT_FOUND",
  /** 507: the disk refuses; nothing was changed. */
  notWritten: "CONTROL_PLANE_STATE_NOT_WRITTEN",
  /** 503: the control plane is about to restart. */
  failed: "CONTROL_PLANE_STATE_FAILED",
} as const;
