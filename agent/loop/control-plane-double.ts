import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { AgentConfiguration } from "../protocol/configuration.ts";
import type { Heartbeat } from "../protocol/messages.ts";
import { type Issuer, makeAuthority, openAuthority } from "../protocol/pki/authority.ts";
import { certificateIdentity } from "../protocol/pki/identity.ts";
import { issueNodeCertificate, issueServerCertificate } from "../protocol/pki/issue.ts";

export interface Request {
  readonly path: string;
  readonly body: Record<string, unknown>;
  /** Serial of the client's certificate; undefined without one. */
  readonly serial: string | undefined;
}

/** The least a control plane can be, for the tests of the loop: real TLS and certificates, answers as the test wants. */
export class ControlPlaneDouble {
  readonly requests: Request[] = [];
  intervalSeconds = 0.2;
  lifetimeHours = 24;
  renew = false;
  /** Added to the time it tells. */
  clockOffsetMilliseconds = 0;
  /** Answers instead of the usual one. */
  answer: ((request: Request) => { status: number; body: unknown } | "hang" | undefined) | undefined;
  /** Every answer waits for it. */
  gate: Promise<void> = Promise.resolve();
  readonly #site: string;
  readonly #issuer: Issuer;
  #server: Server;
  readonly #sockets = new Set<Duplex>();
  port = 0;

  private constructor(site: string, issuer: Issuer, server: Server) {
    this.#site = site;
    this.#issuer = issuer;
    this.#server = server;
  }

  static async start(site = "geneva", host = "control.geneva"): Promise<ControlPlaneDouble> {
    const issuer = await openAuthority(site, await makeAuthority(site));
    const issued = await issueServerCertificate(issuer, { host });
    const server = createServer({
      key: issued.key.reveal(),
      cert: issued.certificate,
      ca: issuer.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    });
    const double = new ControlPlaneDouble(site, issuer, server);
    server.on("connection", (socket) => {
      double.#sockets.add(socket);
      socket.on("close", () => double.#sockets.delete(socket));
    });
    server.on("request", (incoming, outgoing) => {
      let text = "";
      incoming.on("data", (chunk) => {
        text += chunk;
      });
      incoming.on("end", async () => {
        const raw = (incoming.socket as TLSSocket).getPeerX509Certificate();
        const request = {
          path: incoming.url ?? "",
          body: JSON.parse(text) as Record<string, unknown>,
          serial: raw === undefined ? undefined : certificateIdentity(raw)?.serial,
        };
        double.requests.push(request);
        const answer = double.answer?.(request) ?? (await double.#usual(request));
        if (answer === "hang") return;
        await double.gate;
        outgoing.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
      });
    });
    await double.listen();
    return double;
  }

  configuration(stateDirectory: string): AgentConfiguration {
    return {
      site: this.#site,
      node: "cpu1",
      controlPlane: { host: "control.geneva", address: "127.0.0.1", port: this.port },
      authority: this.#issuer.certificate,
      stateDirectory,
      joinTokenFile: `${stateDirectory}/join-token`,
    };
  }

  heartbeats(): Heartbeat[] {
    return this.requests
      .filter(({ path }) => path === "/v1/agent/heartbeat")
      .map(({ body }) => body as unknown as Heartbeat);
  }

  /** Goes away: the port closes and every connection breaks. */
  async stop(): Promise<void> {
    this.breakConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  breakConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async #usual({ path, body }: Request): Promise<{ status: number; body: unknown }> {
    if (path === "/v1/agent/heartbeat") {
      const serverTime = new Date(Date.now() + this.clockOffsetMilliseconds).toISOString();
      const { intervalSeconds, renew } = this;
      this.renew = false;
      return { status: 200, body: { intervalSeconds, serverTime, renew } };
    }
    const issued = await issueNodeCertificate(this.#issuer, {
      node: "cpu1",
      csr: String(body["csr"]),
      lifetimeHours: this.lifetimeHours,
    });
    const { certificate, notAfter } = issued;
    const { intervalSeconds } = this;
    const authority = this.#issuer.certificate;
    return {
      status: 200,
      body: { certificate, authority, notAfter: new Date(notAfter).toISOString(), intervalSeconds },
    };
  }
}
