import type { FastifyRequest } from "fastify";
import type { CertificateIdentity } from "#agent/protocol/pki/identity.ts";
import type { RefusalError } from "../errors.ts";
import type { Parts } from "../parts.ts";

const MINUTE = 60_000;
/** So many refusals a minute are recorded one by one; the rest are counted. */
const RECORDED_PER_MINUTE = 60;

/** Records refused credentials, bounded, so that an attacker can neither hide nor fill the disk. */
export class SecurityEvents {
  readonly #parts: Pick<Parts, "events" | "clock" | "log">;
  #windowStart = Number.NEGATIVE_INFINITY;
  #recorded = 0;
  #suppressed = 0;

  constructor(parts: Pick<Parts, "events" | "clock" | "log">) {
    this.#parts = parts;
  }

  record(request: FastifyRequest, refusal: RefusalError, identity: CertificateIdentity | undefined): void {
    const who =
      identity === undefined ? "a peer without a certificate of the site" : `${identity.kind} ${identity.name}`;
    const data = { route: request.routeOptions.url ?? "", refusal: refusal.code, serial: identity?.serial ?? null };
    const code = "ACCESS_REFUSED";
    this.report(request, { code, message: `${who} was refused: ${refusal.message}`, data }, identity?.name);
  }

  /** An event of severity warning about the peer at the other end of `request`. */
  report(
    request: FastifyRequest,
    event: { readonly code: string; readonly message: string; readonly data: Readonly<Record<string, unknown>> },
    node?: string,
  ): void {
    if (!this.#admit()) return;
    const data = { ...event.data, address: request.ip };
    this.#parts.events.report({ ...event, severity: "warning", data, ...(node === undefined ? {} : { node }) });
    this.#parts.log.warn(event.message, { code: event.code, ...data });
  }

  #admit(): boolean {
    const now = this.#parts.clock.monotonic();
    if (now - this.#windowStart >= MINUTE) {
      const suppressed = this.#suppressed;
      this.#windowStart = now;
      this.#recorded = 0;
      this.#suppressed = 0;
      if (suppressed > 0) {
        const message = `${suppressed} more refusals in a minute were counted, not recorded.`;
        this.#parts.events.report({ code: "REFUSALS_SUPPRESSED", severity: "warning", message, data: { suppressed } });
      }
    }
    if (this.#recorded >= RECORDED_PER_MINUTE) {
      this.#suppressed += 1;
      return false;
    }
    this.#recorded += 1;
    return true;
  }
}
