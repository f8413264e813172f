import { createHash } from "node:crypto";
import type { Clock } from "#inventory/kernel/clock.ts";
import { messageOf } from "#inventory/kernel/errors.ts";
import type { Log } from "#inventory/kernel/log.ts";
import { parseWith } from "#inventory/kernel/schema.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import { type Answer, type Connection, openConnection } from "../connection/connection.ts";
import { type Random, refusedDelay, retryDelay } from "../connection/pace.ts";
import { RefusedAnswer, refusedAnswer } from "../connection/refused-answer.ts";
import { answerUnexpected } from "../errors.ts";
import { identityFrom, identityPath, loadIdentity, type NodeIdentity, storeIdentity } from "../identity/identity.ts";
import { readJoinToken, removeJoinToken } from "../identity/join-token.ts";
import type { MachineIdentity } from "../identity/machine.ts";
import { forgetPendingJoin, loadPendingJoin, storePendingJoin } from "../identity/pending-join.ts";
import type { AgentConfiguration } from "../protocol/configuration.ts";
import { Certificates, type JoinRequest, PROTOCOL_VERSION, type RenewRequest } from "../protocol/messages.ts";
import { type KeyAndRequest, makeKeyAndRequest } from "../protocol/pki/certificate-request.ts";
import { renewalTime } from "../protocol/pki/identity.ts";

export interface MembershipOptions {
  readonly configuration: AgentConfiguration;
  readonly machine: MachineIdentity;
  readonly agentVersion: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Longer than for other messages: a join costs the control plane two writes to its disk. */
const JOIN_DEADLINE_MILLISECONDS = 60_000;
/** A join under way is given this long to end after the agent was told to stop: a node that is in is better than one that asks again. */
const JOIN_GRACE_MILLISECONDS = 10_000;
/** Between attempts with a refused token, or to renew. */
const LONGEST_WAIT_SECONDS = 600;

/**
 * The node's place in the site: takes up join tokens, holds the certificate and renews it. A token is tried whenever a
 * new one lies there, also when a certificate is held: that is how a node whose certificate expired, or which was
 * installed again, comes back.
 */
export class Membership {
  readonly #options: MembershipOptions;
  #identity: NodeIdentity | undefined;
  #connection: Connection | undefined;
  /** The token being tried: its fingerprint, the key made for it, and when it may be tried again. */
  #attempt: { token: string; request: KeyAndRequest; failures: number; notBefore: number } | undefined;
  #renewal = { failures: 0, notBefore: 0, asked: false, jitter: 0 };

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#renewal.jitter = options.random();
  }

  /** The connection as this node; undefined before it has joined. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  get identity(): NodeIdentity | undefined {
    return this.#identity;
  }

  /** Takes up the identity kept from earlier; a damaged one is as good as none, and said so. */
  async load(): Promise<void> {
    const { configuration, log } = this.#options;
    try {
      const identity = await loadIdentity(configuration.stateDirectory);
      if (identity === undefined) return;
      if (identity.site !== configuration.site || identity.node !== configuration.node) {
        log.warn("the stored identity is of another node or site; it is not used", {
          stored: `${identity.site}/${identity.node}`,
        });
        return;
      }
      this.#take(identity);
    } catch (error) {
      log.error(messageOf(error), { path: identityPath(configuration.stateDirectory) });
    }
  }

  /**
   * Joins when a token lies there that was not refused before. Resolves with true when the node has joined just now.
   * Never rejects: what went wrong is in the log, and the next attempt is put off.
   */
  async joinIfInvited(signal: AbortSignal): Promise<boolean> {
    const { configuration, clock, log } = this.#options;
    let token: Secret | undefined;
    try {
      token = await readJoinToken(configuration.joinTokenFile);
    } catch (error) {
      if (this.#attempt === undefined) log.error(`the join token cannot be read: ${messageOf(error)}`);
      token = undefined;
    }
    if (token === undefined) return false;
    const attempt = await this.#attemptFor(token);
    if (clock.monotonic() < attempt.notBefore) return false;
    try {
      await this.#join(token, attempt.request, delayed(signal, JOIN_GRACE_MILLISECONDS));
      return true;
    } catch (error) {
      if (!signal.aborted) this.#putOff(attempt, error);
      return false;
    }
  }

  /** Asks for a new certificate when it is time (by the control plane's clock) or was asked to. Never rejects. */
  async renewIfDue(serverNow: number, signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#options;
    const identity = this.#identity;
    const renewal = this.#renewal;
    if (identity === undefined || clock.monotonic() < renewal.notBefore) return;
    // Up to a twentieth of its life earlier, so that nodes that joined together do not renew together.
    const early = (identity.notAfter - identity.notBefore) * 0.05 * renewal.jitter;
    if (!renewal.asked && serverNow < renewalTime(identity) - early) return;
    try {
      await this.#renew(identity, signal);
      Object.assign(renewal, { failures: 0, notBefore: 0, asked: false, jitter: random() });
    } catch (error) {
      if (signal.aborted) return;
      renewal.failures += 1;
      renewal.notBefore = clock.monotonic() + refusedDelay(renewal.failures, random, LONGEST_WAIT_SECONDS);
      log.warn(`the certificate could not be renewed: ${messageOf(error)}`, { notAfter: iso(identity.notAfter) });
    }
  }

  /** The control plane wants this node to have a new certificate. */
  askToRenew(): void {
    this.#renewal.asked = true;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /**
   * The key is kept before it is first used: the control plane answers a used token once more to the same key, so neither
   * an answer that gets lost nor the end of the agent meanwhile costs the token.
   */
  async #attemptFor(token: Secret) {
    const { configuration, log } = this.#options;
    const fingerprint = createHash("sha256").update(token.reveal()).digest("hex");
    if (this.#attempt?.token === fingerprint) return this.#attempt;
    let request = await loadPendingJoin(configuration.stateDirectory, fingerprint);
    if (request === undefined) {
      request = makeKeyAndRequest(configuration.node);
      await storePendingJoin(configuration.stateDirectory, fingerprint, request).catch((error: unknown) =>
        log.warn(`the key of this join cannot be kept: ${messageOf(error)}`),
      );
    }
    this.#attempt = { token: fingerprint, request, failures: 0, notBefore: 0 };
    return this.#attempt;
  }

  async #join(token: Secret, request: KeyAndRequest, signal: AbortSignal): Promise<void> {
    const { configuration, machine, agentVersion, log } = this.#options;
    const body: JoinRequest = {
      version: PROTOCOL_VERSION,
      node: configuration.node,
      token: token.reveal(),
      csr: request.csr,
      machineId: machine.machineId,
      bootId: machine.bootId,
      agentVersion,
    };
    const connection = openConnection(configuration);
    let answer: Answer;
    try {
      answer = await connection.post("/v1/agent/join", body, signal, JOIN_DEADLINE_MILLISECONDS);
    } finally {
      connection.close();
    }
    const identity = await this.#keep(request.key, answer, "/v1/agent/join");
    await removeJoinToken(configuration.joinTokenFile);
    await forgetPendingJoin(configuration.stateDirectory);
    this.#attempt = undefined;
    log.info("joined", { site: identity.site, node: identity.node, notAfter: iso(identity.notAfter) });
  }

  async #renew(identity: NodeIdentity, signal: AbortSignal): Promise<void> {
    const { configuration, log } = this.#options;
    const request = makeKeyAndRequest(configuration.node);
    const body: RenewRequest = { version: PROTOCOL_VERSION, csr: request.csr };
    const connection = this.#connection ?? openConnection(configuration, identity);
    const answer = await connection.post("/v1/agent/renew", body, signal);
    const renewed = await this.#keep(request.key, answer, "/v1/agent/renew");
    log.info("certificate renewed", { notAfter: iso(renewed.notAfter) });
  }

  /** Stores what the control plane issued, then uses it. */
  async #keep(key: Secret, answer: Answer, path: string): Promise<NodeIdentity> {
    const { configuration } = this.#options;
    if (answer.status !== 200 && answer.status !== 201) throw refusedAnswer(path, answer);
    const { certificate } = parseWith(Certificates, answer.body, `the answer to ${path}`);
    const identity = identityFrom(key, certificate, "in the control plane's answer");
    if (identity.node !== configuration.node || identity.site !== configuration.site) {
      throw answerUnexpected(path, answer.status, `a certificate for ${identity.site}/${identity.node}`);
    }
    await storeIdentity(configuration.stateDirectory, identity);
    this.#take(identity);
    return identity;
  }

  #take(identity: NodeIdentity): void {
    this.#connection?.close();
    this.#identity = identity;
    this.#connection = openConnection(this.#options.configuration, identity);
  }

  #putOff(attempt: { failures: number; notBefore: number }, error: unknown): void {
    const { clock, random, log } = this.#options;
    attempt.failures += 1;
    const refused = error instanceof RefusedAnswer;
    const delay = refused
      ? refusedDelay(attempt.failures, random, LONGEST_WAIT_SECONDS)
      : retryDelay(attempt.failures, random);
    attempt.notBefore = clock.monotonic() + delay;
    if (refused) {
      log.error(`the join token is refused: ${error.message}`, {
        code: error.code,
        hint: "Run `bdap apply` for this node: it brings a new token, which is taken up at once.",
        nextAttemptSeconds: Math.round(delay / 1000),
      });
    } else log.warn(`the join did not succeed: ${messageOf(error)}`, { nextAttemptSeconds: Math.round(delay / 1000) });
  }
}

/** Aborts `milliseconds` after `signal` does; at once if it has aborted already. */
function delayed(signal: AbortSignal, milliseconds: number): AbortSignal {
  if (signal.aborted) return signal;
  const later = new AbortController();
  signal.addEventListener("abort", () => setTimeout(() => later.abort(signal.reason), milliseconds).unref(), {
    once: true,
  });
  return later.signal;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
