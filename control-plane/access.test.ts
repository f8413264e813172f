import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority, openAuthority } from "#agent/protocol/pki/authority.ts";
import { makeKeyAndRequest } from "#agent/protocol/pki/certificate-request.ts";
import { issueNodeCertificate, issueOperatorCertificate } from "#agent/protocol/pki/issue.ts";
import type { ControlPlaneClient } from "./client/client.ts";
import type { TestAgent } from "./testing/test-agent.ts";
import { TestSite } from "./testing/test-site.ts";

let site: TestSite;
let operator: ControlPlaneClient;

beforeAll(async () => {
  site = await TestSite.start();
  operator = await site.operator();
});
afterAll(() => site.stop());

const eventCodes = async (code: string) =>
  (await operator.listEvents({ limit: 5000 })).events.filter((event) => event.code === code);

describe("join tokens", () => {
  it("serve exactly one of a hundred parallel uses", async () => {
    const { token } = await operator.makeToken({ node: "race" });
    const agents = Array.from({ length: 100 }, (_, index) => site.agent("race", `machine-${index}`));
    const answers = await Promise.all(agents.map((agent) => agent.join(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refusedCodes = new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.error.code));
    expect([...refusedCodes]).toEqual(["CONTROL_PLANE_TOKEN_REFUSED"]);
    const [winner] = agents.filter((_, index) => answers[index]?.status === 200);
    expect((await winner?.heartbeat())?.status).toBe(200);
  });

  it("are refused alike, and recorded apart: replayed, foreign, expired, of another node", async () => {
    const before = (await eventCodes("TOKEN_REFUSED")).length;
    const used = await operator.makeToken({ node: "tok-1" });
    expect((await site.agent("tok-1").join(used.token)).status).toBe(200);
    const other = await operator.makeToken({ node: "tok-2" });
    const short = await operator.makeToken({ node: "tok-3", lifetimeSeconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const answers = [
      await site.agent("tok-1").join(used.token),
      await site.agent("tok-1").join("x".repeat(43)),
      await site.agent("tok-3").join(short.token),
      await site.agent("tok-1").join(other.token),
    ];
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body])))).toHaveLength(1);
    expect(answers[0]).toMatchObject({ status: 403, body: { error: { code: "CONTROL_PLANE_TOKEN_REFUSED" } } });
    const recorded = (await eventCodes("TOKEN_REFUSED")).slice(before).map(({ data }) => data["problem"]);
    // The race above may have used up this minute's share of single records; what is recorded is right.
    const wanted = ["replayed", "unknown", "expired", "wrong-node"];
    expect(wanted.slice(0, recorded.length)).toEqual(recorded);
    expect((await site.agent("tok-2").join(other.token)).status).toBe(200);
  });

  it("answer the same request with the same certificate again, and a replay with another key with none", async () => {
    const { token } = await operator.makeToken({ node: "lost" });
    const agent = site.agent("lost");
    const { key, csr } = makeKeyAndRequest("lost");
    const joins = (await eventCodes("NODE_JOINED")).length;
    const asked = () => site.agent("lost").join(token, { csr });
    const answers = await Promise.all([asked(), asked()]);
    const again = await asked();
    expect([...answers, again].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set([...answers, again].map(({ body }) => body.certificate)).size).toBe(1);
    await agent.use(again.body.certificate, key.reveal());
    expect((await agent.heartbeat()).status).toBe(200);
    expect((await eventCodes("NODE_JOINED")).length).toBeGreaterThan(joins);
    expect((await site.agent("lost").join(token)).status).toBe(403);
    expect((await site.agent("lost").join(token, { csr: "nonsense" })).status).toBe(403);
    expect((await site.agent("other").join(token, { csr })).status).toBe(403);
    // Neither cost the node its certificate.
    expect((await agent.heartbeat()).status).toBe(200);
  });

  it("answer nothing more once the node is revoked, has joined anew, or their time is over", async () => {
    const joined = async (node: string, lifetimeSeconds = 600) => {
      const { token } = await operator.makeToken({ node, lifetimeSeconds });
      const { csr } = makeKeyAndRequest(node);
      const again = () => site.agent(node).join(token, { csr });
      expect((await again()).status).toBe(200);
      return again;
    };
    const revoked = await joined("lost-1");
    await operator.revokeNode("lost-1", "stolen");
    expect((await revoked()).status).toBe(403);
    const replaced = await joined("lost-2");
    await joined("lost-2");
    expect((await replaced()).status).toBe(403);
    const late = await joined("lost-3", 1);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await late()).status).toBe(403);
  });

  it("are not used up by a request that proves no key", async () => {
    const { token } = await operator.makeToken({ node: "csr" });
    const agent = site.agent("csr");
    expect(await agent.join(token, { csr: "nonsense" })).toMatchObject({
      status: 400,
      body: { error: { code: "CONTROL_PLANE_REQUEST_UNUSABLE" } },
    });
    expect((await agent.join(token)).status).toBe(200);
  });

  it("are void once a newer one is made", async () => {
    const first = await operator.makeToken({ node: "twice" });
    const second = await operator.makeToken({ node: "twice" });
    expect((await site.agent("twice").join(first.token)).status).toBe(403);
    expect((await site.agent("twice").join(second.token)).status).toBe(200);
  });
});

describe("identities", () => {
  it("a join of a re-installed node voids the earlier certificate, on a living connection too", async () => {
    const old = await site.joinedAgent("re-1", operator);
    expect((await old.heartbeat()).status).toBe(200);
    const fresh = site.agent("re-1", "another-machine");
    expect((await fresh.join((await operator.makeToken({ node: "re-1" })).token)).status).toBe(200);
    expect(await old.heartbeat()).toMatchObject({
      status: 403,
      body: { error: { code: "CONTROL_PLANE_CERTIFICATE_REVOKED" } },
    });
    expect((await fresh.heartbeat()).status).toBe(200);
    expect((await eventCodes("NODE_REINSTALLED")).at(-1)).toMatchObject({ node: "re-1" });
  });

  it("a revoked certificate is refused at once on a living connection", async () => {
    const agent = await site.joinedAgent("rev-1", operator);
    expect((await agent.heartbeat()).status).toBe(200);
    expect(await operator.revokeNode("rev-1", "stolen")).toEqual({ changed: true });
    expect(await agent.heartbeat()).toMatchObject({
      status: 403,
      body: { error: { code: "CONTROL_PLANE_CERTIFICATE_REVOKED" } },
    });
    expect((await eventCodes("CERTIFICATE_REVOKED")).at(-1)).toMatchObject({ node: "rev-1", by: "alice" });
    expect(await operator.showNode("rev-1")).toMatchObject({ state: "joining", joinTokenUntil: null });
    const { token, expiresAt } = await operator.makeToken({ node: "rev-1" });
    expect(await operator.showNode("rev-1")).toMatchObject({ state: "joining", joinTokenUntil: expiresAt });
    await agent.join(token);
    expect(await operator.showNode("rev-1")).toMatchObject({ state: "joining", joinTokenUntil: null });
    expect((await agent.heartbeat()).status).toBe(200);
    expect(await operator.showNode("rev-1")).toMatchObject({ state: "ready" });
  });

  it("a revoked node's unused token is void too, also of a node that never joined", async () => {
    const { token } = await operator.makeToken({ node: "rev-2" });
    expect(await operator.revokeNode("rev-2", "sold")).toEqual({ changed: true });
    expect((await site.agent("rev-2").join(token)).status).toBe(403);
    await expect(operator.revokeNode("rev-3", "sold")).rejects.toMatchObject({ code: "CONTROL_PLANE_NOT_FOUND" });
  });

  it("an operator's certificate can be revoked by its serial", async () => {
    const issued = await issueOperatorCertificate(site.issuer, { name: "mallory" });
    const mallory = site.clientWith(issued.certificate, issued.key);
    await mallory.status();
    await operator.revokeCertificate({ serial: issued.serial.toUpperCase(), reason: "laptop lost" });
    await expect(mallory.status()).rejects.toMatchObject({ code: "CONTROL_PLANE_CERTIFICATE_REVOKED" });
    expect((await operator.listRevocations()).revocations).toContainEqual(
      expect.objectContaining({ serial: issued.serial, by: "alice", reason: "laptop lost" }),
    );
  });

  it("renewal keeps a node connected, with a new certificate", async () => {
    const agent = await site.joinedAgent("new-1", operator);
    const before = agent.certificate;
    expect((await agent.renew()).status).toBe(200);
    expect(agent.certificate).not.toBe(before);
    expect((await agent.heartbeat()).status).toBe(200);
  });

  it("two agents that take turns with one certificate are quarantined, until a person resumes", async () => {
    const one = await site.joinedAgent("dup-1", operator);
    const two = site.agent("dup-1");
    await two.use(one.certificate, one.key);
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      statuses.push((await one.heartbeat()).status, (await two.heartbeat()).status);
    }
    expect(statuses).toContain(409);
    expect(await operator.showNode("dup-1")).toMatchObject({ state: "quarantined", by: "automatic" });
    await expect.poll(() => eventCodes("NODE_IDENTITY_DUPLICATE")).toHaveLength(1);
    await operator.setNodeState("dup-1", { state: "ready", reason: "copy stopped" });
    expect((await one.heartbeat()).status).toBe(200);
    expect((await one.heartbeat()).status).toBe(200);
    expect((await operator.showNode("dup-1")).state).toBe("ready");
  });

  it("a restart of the agent is no duplicate", async () => {
    const agent = await site.joinedAgent("dup-2", operator);
    for (let start = 0; start < 5; start++) {
      agent.startId = `start-${start}`;
      agent.sequence = 0;
      expect((await agent.heartbeat()).status).toBe(200);
    }
    expect((await operator.showNode("dup-2")).state).toBe("ready");
  });

  it("a heartbeat from a machine that did not join quarantines the node and changes nothing else", async () => {
    const agent = await site.joinedAgent("dup-3", operator);
    await agent.heartbeat({ sample: { metrics: { load1: 1 } } });
    const clone = site.agent("dup-3", "clone");
    await clone.use(agent.certificate, agent.key);
    expect((await clone.heartbeat({ sample: { metrics: { load1: 99 } } })).status).toBe(409);
    expect(await operator.showNode("dup-3")).toMatchObject({ state: "quarantined", metrics: { load1: 1 } });
  });
});

describe("certificates", () => {
  async function withNodeCertificate(node: string, options: { lifetimeHours?: number; at?: number } = {}) {
    const agent = site.agent(node);
    const { key, csr } = makeKeyAndRequest(node);
    const clock = { now: () => options.at ?? Date.now(), monotonic: () => 0 };
    const request = { node, csr, lifetimeHours: options.lifetimeHours ?? 24 };
    await agent.use((await issueNodeCertificate(site.issuer, request, clock)).certificate, key.reveal());
    return agent;
  }
  const codeOf = async (agent: TestAgent) => (await agent.heartbeat()).body.error.code;

  it("that are missing, foreign, expired or unknown are refused", async () => {
    const foreign = await openAuthority("test", await makeAuthority("test"));
    const foreignAgent = site.agent("cpu-01");
    const { key, csr } = makeKeyAndRequest("cpu-01");
    const certificate = await issueNodeCertificate(foreign, { node: "cpu-01", csr });
    await foreignAgent.use(certificate.certificate, key.reveal());
    expect(await codeOf(site.agent("cpu-01"))).toBe("CONTROL_PLANE_CERTIFICATE_REQUIRED");
    expect(await codeOf(foreignAgent)).toBe("CONTROL_PLANE_CERTIFICATE_REQUIRED");
    const yesterday = Date.now() - 48 * 3600_000;
    expect(await codeOf(await withNodeCertificate("cpu-01", { at: yesterday }))).toBe(
      "CONTROL_PLANE_CERTIFICATE_REQUIRED",
    );
    // Signed by the authority, but never given out by this control plane.
    expect(await codeOf(await withNodeCertificate("never-joined"))).toBe("CONTROL_PLANE_CERTIFICATE_REVOKED");
  });

  it("open only the routes of their kind", async () => {
    const agent = await site.joinedAgent("kind-1", operator);
    for (const path of ["/v1/status", "/v1/nodes", "/v1/events", "/v1/site", "/v1/checks", "/v1/revocations"]) {
      expect(await agent.get(path)).toMatchObject({
        status: 403,
        body: { error: { code: "CONTROL_PLANE_FORBIDDEN" } },
      });
    }
    expect((await agent.post("/v1/tokens", { node: "kind-2" })).status).toBe(403);
    const asOperator = site.agent("kind-1");
    const issued = await issueOperatorCertificate(site.issuer, { name: "bob" });
    await asOperator.use(issued.certificate, issued.key.reveal());
    expect((await asOperator.heartbeat()).status).toBe(403);
    expect((await asOperator.renew()).status).toBe(403);
  });

  it("of another site's control plane are not trusted by the client", async () => {
    const other = await makeAuthority("test");
    const issued = await issueOperatorCertificate(site.issuer, { name: "alice" });
    const client = site.clientWith(issued.certificate, issued.key, other.certificate);
    await expect(client.status()).rejects.toMatchObject({ code: "CONTROL_PLANE_UNTRUSTED", kind: "environment" });
  });

  it("are asked for over TLS 1.3 only, and every connection proves itself anew", async () => {
    const { port } = site.running;
    const ca = site.authority.certificate;
    const old = await new Promise((resolve) => {
      const socket = connect({ host: "127.0.0.1", port, ca, maxVersion: "TLSv1.2" }, () => resolve("connected"));
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(old).toMatch(/^ERR_SSL|ECONNRESET/);
    const sessions: Buffer[] = [];
    const socket = connect({ host: "127.0.0.1", port, ca });
    socket.on("session", (session) => sessions.push(session));
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    socket.write("GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve).resume());
    for (const session of sessions) {
      const again = connect({ host: "127.0.0.1", port, ca, session });
      await new Promise((resolve) => again.once("secureConnect", resolve));
      expect(again.isSessionReused()).toBe(false);
      again.destroy();
    }
  });
});
