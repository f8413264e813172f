import { randomUUID } from "node:crypto";
import { Agent, request } from "undici";
import { type CheckResult, type Heartbeat, PROTOCOL_VERSION } from "#agent/protocol/messages.ts";
import { makeKeyAndRequest } from "#agent/protocol/pki/certificate-request.ts";

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  readonly body: any;
}

/** An agent as the control plane sees one: it joins, renews and reports as told. */
export class TestAgent {
  readonly node: string;
  machineId: string;
  startId: string = randomUUID();
  sequence = 0;
  certificate = "";
  key = "";
  readonly #origin: string;
  readonly #authority: string;
  #dispatcher: Agent;

  constructor(options: { node: string; machineId: string; port: number; address: string; authority: string }) {
    this.node = options.node;
    this.machineId = options.machineId;
    this.#origin = `https://${options.address}:${options.port}`;
    this.#authority = options.authority;
    this.#dispatcher = new Agent({ connect: { ca: this.#authority, servername: "control.test.internal" } });
  }

  /** Uses another certificate from the next connection on. */
  async use(certificate: string, key: string): Promise<void> {
    this.certificate = certificate;
    this.key = key;
    const old = this.#dispatcher;
    this.#dispatcher = new Agent({
      connections: 1,
      connect: { ca: this.#authority, servername: "control.test.internal", cert: certificate, key },
    });
    await old.destroy();
  }

  async join(token: string, change: Record<string, unknown> = {}): Promise<Answer> {
    const { key, csr } = makeKeyAndRequest(this.node);
    const answer = await this.post("/v1/agent/join", {
      version: PROTOCOL_VERSION,
      node: this.node,
      token,
      csr,
      machineId: this.machineId,
      bootId: "boot",
      agentVersion: "0.1.0",
      ...change,
    });
    if (answer.status === 200) await this.use(answer.body.certificate, key.reveal());
    return answer;
  }

  async renew(): Promise<Answer> {
    const { key, csr } = makeKeyAndRequest(this.node);
    const answer = await this.post("/v1/agent/renew", { version: PROTOCOL_VERSION, csr });
    if (answer.status === 200) await this.use(answer.body.certificate, key.reveal());
    return answer;
  }

  heartbeat(change: Partial<Heartbeat> = {}): Promise<Answer> {
    return this.post("/v1/agent/heartbeat", { ...this.message(), ...change });
  }

  message(): Heartbeat {
    return {
      version: PROTOCOL_VERSION,
      sequence: this.sequence++,
      machineId: this.machineId,
      bootId: "boot",
      startId: this.startId,
      agentVersion: "0.1.0",
      sentAt: new Date().toISOString(),
      sample: { metrics: { load1: 0.5 } },
      checks: [],
    };
  }

  async post(path: string, body: unknown): Promise<Answer> {
    return this.send(path, typeof body === "string" ? body : JSON.stringify(body));
  }

  async send(path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await request(`${this.#origin}${path}`, {
      dispatcher: this.#dispatcher,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    return { status: answer.statusCode, body: await answer.body.json() };
  }

  async get(path: string): Promise<Answer> {
    const answer = await request(`${this.#origin}${path}`, { dispatcher: this.#dispatcher });
    return { status: answer.statusCode, body: await answer.body.json() };
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
}

/** A problem as an agent reports it, beyond its tolerance unless changed. */
export function problem(change: Partial<CheckResult> = {}): CheckResult {
  return {
    check: "disk-space",
    code: "AGENT_DISK_SPACE_LOW",
    subject: "/",
    status: "problem",
    severity: "warning",
    message: "/ has 2% left",
    hint: "Delete something.",
    dependsOn: [],
    sinceMilliseconds: 60_000,
    toleranceMilliseconds: 0,
    ...change,
  };
}
