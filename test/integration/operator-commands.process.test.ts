import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CONTROL_PLANE_PORT } from "#agent/protocol/messages.ts";
import { issueOperatorCertificate } from "#agent/protocol/pki/issue.ts";
import { problem } from "#control-plane/testing/test-agent.ts";
import { TestSite } from "#control-plane/testing/test-site.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import type { Plan, PlannedNode } from "#inventory/schema/plan.ts";
import { openSite } from "#inventory/site-directory/site-directory.ts";
import { CommandProcess } from "./commands-in-one-process.ts";

// An address of its own, since the port is the product's.
const ADDRESS = "127.0.7.43";
const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "operator-commands-"));
const commands = new CommandProcess();
let site: TestSite;

const nothing = {
  rawBytes: 0,
  netBytes: 0,
  replicas: 2,
  cores: 0,
  threads: 0,
  memoryBytes: 0,
  memoryGigabytesPerCore: null,
  gpus: 0,
};
const control: PlannedNode = {
  name: "control",
  address: ADDRESS,
  port: 22,
  user: "root",
  roles: ["service"],
  services: [],
  os: "debian 13",
};
const plan: Plan = {
  version: 1,
  site: "test",
  domain: "test.internal",
  id: "0",
  nodes: [control],
  verdicts: [],
  services: [{ name: "control-plane", nodes: ["control"], quorum: null, why: "" }],
  disks: [],
  untouchedDisks: [],
  capacity: nothing,
  steps: [],
  estimateSeconds: 0,
  findings: [],
};

beforeAll(async () => {
  site = await TestSite.start({ address: ADDRESS, port: CONTROL_PLANE_PORT });
  const operator = await issueOperatorCertificate(site.issuer, { name: "alice" });
  const directory = openSite(folder);
  await directory.writePlan(plan);
  await directory.vault.set({
    authority_certificate: new Secret(site.authority.certificate),
    operator_certificate: new Secret(operator.certificate),
    operator_key: operator.key,
  });
  const client = await site.operator();
  await client.putSite({
    nodes: [{ name: "cpu-01", address: "10.0.0.1", roles: ["cpu"], services: [] }],
    services: [],
  });
  await (await site.joinedAgent("cpu-01", client)).heartbeat({ checks: [problem()] });
}, 60_000);
afterAll(async () => {
  await commands.close();
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function start(command: string, ...words: string[]): ChildProcess {
  const file = JSON.stringify(join(root, "installer/commands", command));
  const argv = JSON.stringify([...words, "--site", folder]);
  const script = `const { default: Command } = await import(${file}); await Command.run(${argv}, ${JSON.stringify(root)});`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "pipe"] });
}

const run = (command: string, ...words: string[]) => commands.run(command, [...words, "--site", folder]);

it("status tells people and scripts, and exits 3 while something is not well", async () => {
  const text = await run("status.ts");
  expect(text.output).toContain("Site test: not healthy");
  expect(text.output).toContain("Do: Delete something.");
  expect(text.output).not.toContain("\u001b");
  expect(text.status).toBe(3);
  const json = JSON.parse((await run("status.ts", "--json")).output);
  expect(json).toMatchObject({
    site: "test",
    nodes: [{ name: "cpu-01", state: "degraded", roles: ["cpu"] }],
    services: [],
  });
  expect(json.nodes[0].checks).toHaveLength(1);
}, 60_000);

it("nodes are listed, shown, put aside and handed back", async () => {
  expect((await run("nodes/index.ts")).output).toMatch(/cpu-01 +degraded/);
  expect((await run("nodes/show.ts", "cpu-01")).output).toContain("machine-of-cpu-01");
  expect(await run("nodes/maintenance.ts", "cpu-01", "--reason", "new memory")).toEqual({
    status: 0,
    output: "cpu-01 is maintenance.\n",
  });
  expect((await run("status.ts")).status).toBe(0);
  expect((await run("nodes/drain.ts", "cpu-01")).output).toBe("cpu-01 is draining.\n");
  expect(JSON.parse((await run("nodes/resume.ts", "cpu-01", "--json")).output)).toMatchObject({ by: "automatic" });
  expect(await run("nodes/show.ts", "nobody")).toMatchObject({
    status: 1,
    output: expect.stringContaining("NOT_FOUND"),
  });
}, 60_000);

it("checks and events are listed; followed events come one document a line", async () => {
  expect((await run("checks/list.ts")).output).toContain("AGENT_DISK_SPACE_LOW");
  expect(JSON.parse((await run("events.ts", "--json", "--limit", "2")).output).events).toHaveLength(2);
  const child = start("events.ts", "--follow", "--json", "--limit", "1");
  let lines = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => (lines += text));
  await expect.poll(() => lines, { timeout: 15_000 }).toMatch(/\n/);
  await (await site.operator()).makeToken({ node: "cpu-02" });
  await expect.poll(() => lines).toContain("TOKEN_CREATED");
  for (const line of lines.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("id");
  child.kill("SIGINT");
  await once(child, "close");
}, 60_000);

it("a node's certificates are voided at once, with who and why, and it is told how it comes back", async () => {
  const agent = await site.joinedAgent("cpu-02", await site.operator());
  expect(await run("nodes/revoke.ts", "cpu-02")).toMatchObject({
    status: 1,
    output: expect.stringContaining("reason"),
  });
  expect((await agent.heartbeat()).status).toBe(200);
  const told = await run("nodes/revoke.ts", "cpu-02", "--reason", "its disk was sold");
  expect(told).toEqual({ status: 0, output: expect.stringMatching(/cpu-02 are void\.\n.*bdap apply --limit cpu-02/) });
  expect((await agent.heartbeat()).status).toBe(403);
  const { events } = await (await site.operator()).listEvents({ node: "cpu-02" });
  expect(events).toContainEqual(
    expect.objectContaining({
      code: "CERTIFICATE_REVOKED",
      by: "alice",
      data: expect.objectContaining({ reason: "its disk was sold" }),
    }),
  );
  const again = await run("nodes/revoke.ts", "cpu-02", "--reason", "to be sure", "--json");
  expect(JSON.parse(again.output)).toMatchObject({ node: "cpu-02", changed: false });
}, 60_000);

it("a node is removed only when the plan has it no more and its name is confirmed", async () => {
  const client = await site.operator();
  const agent = await site.joinedAgent("cpu-01", client);
  const known = async () => (await client.listNodes()).nodes.map(({ name }) => name);
  const planned = { ...plan, nodes: [...plan.nodes, { ...control, name: "cpu-01", address: "10.0.0.1" }] };
  await openSite(folder).writePlan(planned);
  expect(await run("nodes/remove.ts", "cpu-01", "--confirm", "cpu-01")).toMatchObject({
    status: 1,
    output: expect.stringMatching(/INSTALLER_NODE_STILL_PLANNED[\s\S]*10\.0\.0\.1 to "exclude" in site\.yml/),
  });
  await openSite(folder).writePlan(plan);
  expect(await run("nodes/remove.ts", "cpu-01", "--confirm", "cpu-10")).toMatchObject({
    status: 1,
    output: expect.stringContaining("INSTALLER_REMOVAL_NOT_CONFIRMED"),
  });
  expect(await known()).toContain("cpu-01");
  expect((await agent.heartbeat()).status).toBe(200);

  const removed = await run("nodes/remove.ts", "cpu-01", "--confirm", "cpu-01", "--json");
  expect(removed.status).toBe(0);
  expect(JSON.parse(removed.output)).toMatchObject({ node: "cpu-01", removed: true });
  expect(await known()).not.toContain("cpu-01");
  expect((await agent.heartbeat()).status).toBe(403);
  expect(await run("nodes/remove.ts", "cpu-01", "--confirm", "cpu-01")).toMatchObject({
    status: 1,
    output: expect.stringContaining("CONTROL_PLANE_NOT_FOUND"),
  });
}, 60_000);

it("a node that the plan still has is removed when that is asked for, with a word about the next apply", async () => {
  const client = await site.operator();
  await client.putSite({ nodes: [{ name: "control", address: ADDRESS, roles: [], services: [] }], services: [] });
  const told = await run("nodes/remove.ts", "control", "--confirm", "control", "--still-planned");
  expect(told).toEqual({ status: 0, output: expect.stringContaining("the next bdap apply lets it in again") });
}, 60_000);
