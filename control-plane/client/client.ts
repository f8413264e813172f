import {
  CheckList,
  type DesiredSite,
  DesiredSite as DesiredSiteSchema,
  Done,
  EventList,
  Health,
  JoinToken,
  NodeDetails,
  NodeList,
  NodeSummary,
  RevocationList,
  type RevocationRequest,
  type SiteEvent,
  SiteStatus,
  type StateRequest,
} from "#agent/protocol/operator.ts";
import { Connection, type ControlPlaneAccess } from "./connection.ts";
import { type FollowOptions, followEvents } from "./follow-events.ts";

export type { ControlPlaneAccess } from "./connection.ts";

/**
 * What an operator can ask of a site's control plane. Every method throws an `ApplianceError`:
 * `CONTROL_PLANE_UNREACHABLE`, `CONTROL_PLANE_UNTRUSTED`, `CONTROL_PLANE_ANSWER_UNREADABLE`, or the control plane's own
 * refusal under its code (`CONTROL_PLANE_REFUSED` when it gave none).
 */
export class ControlPlaneClient {
  readonly #connection: Connection;

  constructor(access: ControlPlaneAccess) {
    this.#connection = new Connection(access);
  }

  /** Where it speaks to, for messages. */
  get where(): string {
    return this.#connection.where;
  }

  health() {
    return this.#connection.call(Health, { method: "GET", path: "/v1/health" });
  }

  status(signal?: AbortSignal) {
    return this.#connection.call(SiteStatus, { method: "GET", path: "/v1/status", signal });
  }

  listNodes() {
    return this.#connection.call(NodeList, { method: "GET", path: "/v1/nodes" });
  }

  showNode(name: string) {
    return this.#connection.call(NodeDetails, { method: "GET", path: nodePath(name) });
  }

  /** Puts a node aside, or hands it back with `ready`. */
  setNodeState(name: string, body: StateRequest) {
    return this.#connection.call(NodeSummary, { method: "POST", path: `${nodePath(name)}/state`, body });
  }

  /** Voids the node's certificates and unused join tokens at once; it stays in the site. */
  revokeNode(name: string, reason: string) {
    return this.#connection.call(Done, { method: "POST", path: `${nodePath(name)}/revoke`, body: { reason } });
  }

  /** Takes the node out of the site. */
  deleteNode(name: string) {
    return this.#connection.call(Done, { method: "DELETE", path: nodePath(name) });
  }

  /** A single-use join token; an earlier one of the same node is void. */
  makeToken(body: { readonly node: string; readonly lifetimeSeconds?: number }) {
    return this.#connection.call(JoinToken, { method: "POST", path: "/v1/tokens", body });
  }

  site() {
    return this.#connection.call(DesiredSiteSchema, { method: "GET", path: "/v1/site" });
  }

  /** Replaces what the plan wants; nodes left out are retired. */
  putSite(body: DesiredSite) {
    return this.#connection.call(Done, { method: "PUT", path: "/v1/site", body });
  }

  /** Oldest first. Without `after`, the newest `limit` (100 unless given). */
  listEvents(query: { readonly after?: number; readonly limit?: number; readonly node?: string } = {}) {
    return this.#connection.call(EventList, { method: "GET", path: "/v1/events", query });
  }

  /** Events as they come, without end until `signal` aborts; a lost connection is made again where it broke off. */
  followEvents(options: FollowOptions): AsyncIterable<SiteEvent> {
    return followEvents(this.#connection, options);
  }

  listChecks(query: { readonly all?: boolean } = {}) {
    return this.#connection.call(CheckList, { method: "GET", path: "/v1/checks", query });
  }

  listRevocations() {
    return this.#connection.call(RevocationList, { method: "GET", path: "/v1/revocations" });
  }

  /** Voids one certificate, an operator's for example. */
  revokeCertificate(body: RevocationRequest) {
    return this.#connection.call(Done, { method: "POST", path: "/v1/revocations", body });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function nodePath(name: string): string {
  return `/v1/nodes/${encodeURIComponent(name)}`;
}
