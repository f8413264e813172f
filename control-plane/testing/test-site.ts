import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, type Issuer, makeAuthority, openAuthority } from "#agent/protocol/pki/authority.ts";
import { issueOperatorCertificate, issueServerCertificate } from "#agent/protocol/pki/issue.ts";
import { type Clock, systemClock } from "#inventory/kernel/clock.ts";
import { silentLog } from "#inventory/kernel/log.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import { ControlPlaneClient } from "../client/client.ts";
import { type RunningControlPlane, startControlPlane } from "../control-plane.ts";
import type { Settings } from "../parts.ts";
import { TestAgent } from "./test-agent.ts";

const HOST = "control.test.internal";

/** A site with a real control plane on loopback, real certificates, and a folder of its own. */
export class TestSite {
  readonly folder = mkdtempSync(join(tmpdir(), "control-plane-"));
  readonly authority: Authority;
  readonly issuer: Issuer;
  readonly clock: Clock;
  readonly failures: Error[] = [];
  running: RunningControlPlane;
  readonly #server: { certificate: string; key: Secret };
  readonly #settings: Partial<Settings>;
  readonly #address: string;
  readonly #closing: { close(): Promise<void> }[] = [];

  private constructor(parts: {
    authority: Authority;
    issuer: Issuer;
    server: { certificate: string; key: Secret };
    clock: Clock;
    settings: Partial<Settings>;
    address: string;
  }) {
    this.authority = parts.authority;
    this.issuer = parts.issuer;
    this.clock = parts.clock;
    this.#server = parts.server;
    this.#settings = parts.settings;
    this.#address = parts.address;
    this.running = undefined as unknown as RunningControlPlane;
  }

  static async start(
    options: { settings?: Partial<Settings>; clock?: Clock; address?: string; port?: number } = {},
  ): Promise<TestSite> {
    const authority = await makeAuthority("test");
    const issuer = await openAuthority("test", authority);
    const server = await issueServerCertificate(issuer, { host: HOST, addresses: ["127.0.0.1"] });
    const { settings = {}, clock = systemClock, address = "127.0.0.1", port = 0 } = options;
    const site = new TestSite({ authority, issuer, server, clock, settings, address });
    await site.boot(port);
    return site;
  }

  /** Starts the control plane on the site's folder; reconcilers run only when told. */
  async boot(port = 0): Promise<void> {
    this.running = await startControlPlane({
      loaded: {
        configuration: {
          site: "test",
          host: HOST,
          listen: { address: this.#address, port },
          stateDirectory: join(this.folder, "state"),
          authorityCertificateFile: "",
          authorityKeyFile: "",
          certificateFile: "",
          keyFile: "",
        },
        authorityCertificate: this.authority.certificate,
        authorityKey: this.authority.key,
        certificate: this.#server.certificate,
        key: this.#server.key,
      },
      clock: this.clock,
      log: silentLog,
      onFailure: (error) => this.failures.push(error),
      settings: this.#settings,
      tickMilliseconds: 0,
    });
  }

  async operator(name = "alice"): Promise<ControlPlaneClient> {
    const { certificate, key } = await issueOperatorCertificate(this.issuer, { name });
    return this.clientWith(certificate, key);
  }

  clientWith(certificate: string, key: Secret, authority = this.authority.certificate): ControlPlaneClient {
    const { port } = this.running;
    const client = new ControlPlaneClient({ host: HOST, address: this.#address, port, authority, certificate, key });
    this.#closing.push(client);
    return client;
  }

  agent(node: string, machineId = `machine-of-${node}`): TestAgent {
    const agent = new TestAgent({
      node,
      machineId,
      port: this.running.port,
      address: this.#address,
      authority: this.authority.certificate,
    });
    this.#closing.push(agent);
    return agent;
  }

  /** An agent that has joined with a fresh token. */
  async joinedAgent(node: string, operator: ControlPlaneClient): Promise<TestAgent> {
    const agent = this.agent(node);
    const answer = await agent.join((await operator.makeToken({ node })).token);
    if (answer.status !== 200) throw new Error(`${node} could not join: ${JSON.stringify(answer.body)}`);
    return agent;
  }

  async stop(): Promise<void> {
    for (const thing of this.#closing) await thing.close();
    await this.running.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
