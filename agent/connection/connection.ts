import { Agent, type RequestOptions, request } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { messageOf, systemCodeOf } from "#inventory/kernel/errors.ts";
import { certificateRefused, controlPlaneAway, controlPlaneUntrusted } from "../errors.ts";
import type { NodeIdentity } from "../identity/identity.ts";
import type { AgentConfiguration } from "../protocol/configuration.ts";
import { certificateIdentity } from "../protocol/pki/identity.ts";

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined when the body was none. */
  readonly body: unknown;
  /** Seconds from a Retry-After header. */
  readonly retryAfterSeconds: number | undefined;
}

/** A keep-alive connection to the control plane, as nobody (for the join) or as a node. */
export interface Connection {
  /**
   * Sends `body` as JSON. Any HTTP status is an answer. Rejects with `AGENT_CONTROL_PLANE_AWAY`,
   * `AGENT_CONTROL_PLANE_UNTRUSTED` (nothing was sent) or `AGENT_CERTIFICATE_REFUSED` (in the TLS handshake).
   */
  post(path: string, body: unknown, signal?: AbortSignal, deadlineMilliseconds?: number): Promise<Answer>;
  close(): void;
}

/** A whole exchange, connecting included, unless another deadline is given. */
const DEADLINE_MILLISECONDS = 8000;
const LONGEST_ANSWER = 256 * 1024;

/** Trusts the configured authority only, and only a certificate for the configured name of this site's control plane. */
export function openConnection(
  configuration: Pick<AgentConfiguration, "site" | "controlPlane" | "authority">,
  identity?: Pick<NodeIdentity, "key" | "certificate">,
): Connection {
  const { host, address, port } = configuration.controlPlane;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    maxCachedSessions: 1,
    minVersion: "TLSv1.3",
    ca: configuration.authority,
    ...(identity === undefined ? {} : { key: identity.key.reveal(), cert: identity.certificate }),
    servername: isIP(host) === 0 ? host : "",
    checkServerIdentity: (_name: string, certificate: PeerCertificate) =>
      checkServerIdentity(host, certificate) ?? checkRole(configuration.site, certificate),
  });
  return {
    post: (path, body, signal, deadlineMilliseconds = DEADLINE_MILLISECONDS) =>
      exchange(
        { agent, host: address, port, path, method: "POST" },
        { text: JSON.stringify(body), deadlineMilliseconds },
        signal,
      ).catch((error) => {
        throw explained(error, `${address}:${port}`);
      }),
    close: () => agent.destroy(),
  };
}

/** A certificate of the site's authority is not enough: it must be the control plane's own. */
function checkRole(site: string, certificate: PeerCertificate): Error | undefined {
  const named = certificateIdentity(certificate.raw);
  if (named?.kind === "control-plane" && named.site === site) return undefined;
  return Object.assign(new Error("its certificate does not speak for the control plane"), {
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
}

function exchange(
  options: RequestOptions,
  { text, deadlineMilliseconds }: { readonly text: string; readonly deadlineMilliseconds: number },
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
  const deadline = AbortSignal.timeout(deadlineMilliseconds);
  const ending = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, headers, signal: ending }, (incoming) => {
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > LONGEST_ANSWER) incoming.destroy(new Error("the answer is too long"));
      });
      incoming.on("error", reject);
      incoming.on("end", () => {
        const retryAfter = Number(incoming.headers["retry-after"] ?? Number.NaN);
        resolve({
          status: incoming.statusCode ?? 0,
          body: parsed(body),
          retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
        });
      });
    });
    outgoing.on("error", (error) => {
      if (deadline.aborted) reject(new Error(`no answer within ${deadlineMilliseconds / 1000} s`));
      // The server closed the idle connection just then: nothing was read, a new connection will do.
      else if (outgoing.reusedSocket && systemCodeOf(error) === "ECONNRESET") {
        exchange(options, { text, deadlineMilliseconds }, signal).then(resolve, reject);
      } else reject(error);
    });
    outgoing.end(text);
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
  "INVALID_PURPOSE",
  "INVALID_CA",
]);

function explained(error: unknown, address: string): Error {
  const code = systemCodeOf(error) ?? "";
  if (UNTRUSTED.has(code)) return controlPlaneUntrusted(address, messageOf(error), error);
  // OpenSSL's names of the alerts by which a server refuses a client's certificate (RFC 8446, 6.2).
  if (/^ERR_SSL_.*ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) {
    return certificateRefused(code, error);
  }
  return controlPlaneAway(address, error);
}
