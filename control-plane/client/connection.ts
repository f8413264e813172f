import { isIP } from "node:net";
import type { Static, TSchema } from "typebox";
import { Agent, type Dispatcher, request } from "undici";
import { Refusal } from "#agent/protocol/messages.ts";
import { parseWith, schemaProblems } from "#inventory/kernel/schema.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import { refused, unreachable, unreadableAnswer } from "./errors.ts";

/** Where a site's control plane is and how an operator shows who they are. All PEM. */
export interface ControlPlaneAccess {
  /** Name in the control plane's certificate. */
  readonly host: string;
  /** Address to connect to; {@link host} unless given. */
  readonly address?: string;
  readonly port: number;
  /** The site's authority; nothing else is trusted. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: Secret;
  /** For one request, 10,000 unless given. */
  readonly timeoutMilliseconds?: number;
}

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Mutual TLS to one control plane. */
export class Connection {
  readonly where: string;
  readonly #agent: Agent;
  readonly #timeout: number;

  constructor(access: ControlPlaneAccess) {
    const address = access.address ?? access.host;
    this.where = `https://${isIP(address) === 6 ? `[${address}]` : address}:${access.port}`;
    this.#timeout = access.timeoutMilliseconds ?? 10_000;
    this.#agent = new Agent({
      connections: 4,
      connect: {
        ca: access.authority,
        cert: access.certificate,
        key: access.key.reveal(),
        minVersion: "TLSv1.3",
        timeout: this.#timeout,
        ...(isIP(access.host) === 0 ? { servername: access.host } : {}),
      },
      headersTimeout: this.#timeout,
      bodyTimeout: this.#timeout,
    });
  }

  /** The answer as `schema` says. Throws what `errors.ts` names. */
  async call<T extends TSchema>(schema: T, call: Call): Promise<Static<T>> {
    const answer = await this.open(call);
    const text = await answer.body.text().catch((cause: unknown) => {
      throw unreachable(this.where, cause);
    });
    try {
      return parseWith(schema, JSON.parse(text), "the answer");
    } catch (cause) {
      throw unreadableAnswer(this.where, cause);
    }
  }

  /** An answer whose body is still to be read; its status is 2xx. `bodyTimeout` bounds the wait between two pieces. */
  async open(call: Call, bodyTimeout = this.#timeout): Promise<Dispatcher.ResponseData> {
    const answer = await this.#request(call, bodyTimeout);
    if (answer.statusCode < 300) return answer;
    const text = await answer.body.text().catch(() => "");
    throw refused(answer.statusCode, refusalIn(text));
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #request(call: Call, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    const query = Object.entries(call.query ?? {}).filter(([, value]) => value !== undefined);
    try {
      return await request(`${this.where}${call.path}`, {
        dispatcher: this.#agent,
        method: call.method,
        bodyTimeout,
        query: Object.fromEntries(query),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
        ...(call.body === undefined
          ? {}
          : { body: JSON.stringify(call.body), headers: { "content-type": "application/json" } }),
      });
    } catch (cause) {
      if (call.signal?.aborted === true) throw call.signal.reason;
      throw unreachable(this.where, cause);
    }
  }
}

function refusalIn(text: string): { code: string; message: string; hint: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return schemaProblems(Refusal, value, 1).length === 0 ? (value as Refusal).error : undefined;
  } catch {
    return undefined;
  }
}
