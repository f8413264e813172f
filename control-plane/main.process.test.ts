import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeAuthority, openAuthority } from "#agent/protocol/pki/authority.ts";
import { issueOperatorCertificate, issueServerCertificate } from "#agent/protocol/pki/issue.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import { ControlPlaneClient } from "./client/client.ts";

const folder = mkdtempSync(join(tmpdir(), "control-plane-main-"));
const at = (name: string) => join(folder, name);
let authority: string;
let operator: { certificate: string; key: Secret };

beforeAll(async () => {
  const made = await makeAuthority("test");
  const issuer = await openAuthority("test", made);
  const server = await issueServerCertificate(issuer, { host: "control.test", addresses: ["127.0.0.1"] });
  operator = await issueOperatorCertificate(issuer, { name: "alice" });
  authority = made.certificate;
  const secrets = { "authority.key": made.key, "server.key": server.key };
  for (const [name, secret] of Object.entries(secrets)) writeFileSync(at(name), secret.reveal(), { mode: 0o600 });
  writeFileSync(at("authority.pem"), authority);
  writeFileSync(at("server.pem"), server.certificate);
  const configuration = {
    site: "test",
    host: "control.test",
    listen: { address: "127.0.0.1", port: 0 },
    stateDirectory: at("state"),
    authorityCertificateFile: at("authority.pem"),
    authorityKeyFile: at("authority.key"),
    certificateFile: at("server.pem"),
    keyFile: at("server.key"),
  };
  writeFileSync(at("configuration.json"), JSON.stringify(configuration));
});
const started: ChildProcess[] = [];
afterAll(() => {
  // One that a failed test left running would keep this run's output open.
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  readonly message: string;
  readonly port?: number;
  readonly error?: { code: string };
}

class Process {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly exit: Promise<[number | null, string | null]>;

  constructor(configuration = at("configuration.json")) {
    const main = join(import.meta.dirname, "main.ts");
    this.child = spawn(process.execPath, [main, "--configuration", configuration], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    started.push(this.child);
    this.exit = once(this.child, "exit") as Promise<[number | null, string | null]>;
    if (this.child.stdout !== null)
      createInterface({ input: this.child.stdout }).on("line", (line) => this.lines.push(JSON.parse(line) as Line));
  }

  async serving(): Promise<ControlPlaneClient> {
    await expect.poll(() => this.lines.some(({ message }) => message === "serving"), { timeout: 60_000 }).toBe(true);
    const port = this.lines.find(({ message }) => message === "serving")?.port ?? 0;
    return new ControlPlaneClient({ host: "control.test", address: "127.0.0.1", port, authority, ...operator });
  }
}

const plan = (name: string) => ({ nodes: [{ name, address: "", roles: [], services: [] }], services: [] });
const states = () =>
  readdirSync(at("state"))
    .filter((name) => name.startsWith("state-"))
    .sort();

it("keeps its word across kill -9, SIGTERM and a damaged state; and runs once at a time", async () => {
  const first = new Process();
  const client = await first.serving();
  await client.putSite(plan("n1"));
  const second = new Process();
  expect(await second.exit).toEqual([3, null]);
  expect(second.lines.at(-1)?.error?.code).toBe("CONTROL_PLANE_ALREADY_RUNNING");
  first.child.kill("SIGKILL");
  await first.exit;
  await expect(client.status()).rejects.toMatchObject({ code: "CONTROL_PLANE_UNREACHABLE", kind: "environment" });
  await client.close();

  const third = new Process();
  const again = await third.serving();
  expect((await again.site()).nodes[0]?.name).toBe("n1");
  await again.putSite(plan("n2"));
  await again.close();
  third.child.kill("SIGTERM");
  expect(await third.exit).toEqual([0, null]);

  const newest = at(join("state", states().at(-1) ?? ""));
  writeFileSync(newest, readFileSync(newest).subarray(0, 100));
  const fourth = new Process();
  const recovered = await fourth.serving();
  expect((await recovered.site()).nodes[0]?.name).toBe("n1");
  expect((await recovered.status()).notices[0]?.code).toBe("STATE_RECOVERED");
  expect((await recovered.listEvents()).events.map(({ code }) => code)).toContain("STATE_RECOVERED");
  await recovered.close();
  fourth.child.kill("SIGTERM");
  await fourth.exit;

  for (const name of states()) writeFileSync(at(join("state", name)), "");
  const fifth = new Process();
  expect(await fifth.exit).toEqual([3, null]);
  expect(fifth.lines.at(-1)?.error?.code).toBe("CONTROL_PLANE_STATE_UNREADABLE");
}, 180_000);

it.each([
  ["missing", undefined, 3, "CONTROL_PLANE_CONFIGURATION_UNREADABLE"],
  ["not JSON", "{", 3, "CONTROL_PLANE_CONFIGURATION_UNREADABLE"],
  ["of another shape", "{}", 1, "KERNEL_SCHEMA_MISMATCH"],
])("does not start with a configuration that is %s", async (what, content, status, code) => {
  const path = at(`${what}.json`);
  if (content !== undefined) writeFileSync(path, content);
  const started = new Process(path);
  expect(await started.exit).toEqual([status, null]);
  expect(started.lines.at(-1)?.error?.code).toBe(code);
});
