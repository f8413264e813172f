import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControlPlaneClient } from "#control-plane/client/client.ts";
import { labDown, loadLabProfile, withOverrides } from "#installer/lab/lab.ts";
import { openControlPlane } from "#installer/phases/site-access/site-access.ts";
import { openSite } from "#inventory/site-directory/site-directory.ts";
import type { Line } from "./command.ts";
import { eventually, LabSite } from "./lab-site.ts";

const NAME = "e2ejoin";
const SUBNET = "10.82.3.0/24";

interface Reply {
  readonly status: number;
  readonly body: Line;
}

/** A key and what is signed for it, made by openssl as anyone on the network could. */
interface Stranger {
  readonly key: string;
  readonly csr: string;
}

describe("who may join a site", () => {
  let site: LabSite;
  let client: ControlPlaneClient;
  let authority: string;
  let stranger: Stranger;
  let other: Stranger;
  /** What the stranger got for a stolen token. */
  let stolen: { readonly cert?: string; readonly key?: string } = {};

  beforeAll(async () => {
    site = await LabSite.boot(withOverrides(await loadLabProfile("tiny"), { name: NAME, subnet: SUBNET }));
    const { exitCode, stdout } = await site.bdap("demo", "--profile", "tiny", "--name", NAME, "--subnet", SUBNET);
    expect({ exitCode, said: exitCode === 0 ? "" : stdout.slice(-3000) }).toEqual({ exitCode: 0, said: "" });
    const directory = openSite(site.path);
    client = await openControlPlane(directory);
    authority = (await directory.vault.read()).get("authority_certificate")?.reveal() ?? "";
    stranger = await newStranger(`${site.path}.stranger`);
    other = await newStranger(`${site.path}.other`);
  });

  afterAll(async () => {
    await client?.close();
    await site?.remove();
    await labDown(NAME);
  });

  /** Posts to the control plane with nothing but the authority's certificate, or also with a certificate of one's own. */
  function post(path: string, body: Line, own: { readonly cert?: string; readonly key?: string } = {}): Promise<Reply> {
    const [{ address } = { address: "" }] = site.lab.hosts;
    return new Promise((resolve, reject) => {
      const call = request(
        {
          ...{ host: address, port: 7443, path, method: "POST", ca: authority, servername: `one.${NAME}.internal` },
          ...{ headers: { "content-type": "application/json" }, agent: false, timeout: 10_000, ...own },
        },
        (answer) => {
          let text = "";
          answer.on("data", (data: Buffer) => {
            text += data.toString("utf8");
          });
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as Line }));
        },
      );
      call.on("error", reject);
      call.end(JSON.stringify(body));
    });
  }

  const joinWith = (node: string, token: string, { csr }: Stranger) =>
    post("/v1/agent/join", {
      ...{ version: 1, node, token, csr },
      ...{ machineId: randomBytes(16).toString("hex"), bootId: "boot", agentVersion: "0.1.0" },
    });

  /** Joins with a token that must be refused: nothing tells the caller why, but the events do. */
  async function expectRefused(node: string, token: string, problem: string) {
    const after = await site.lastEvent();
    expect(await joinWith(node, token, other)).toMatchObject({
      status: 403,
      body: { error: { code: "CONTROL_PLANE_TOKEN_REFUSED", hint: expect.stringMatching(/\S/) } },
    });
    const event = await site.event(after, (candidate) => candidate.code === "TOKEN_REFUSED");
    expect(event).toMatchObject({ node, data: { problem } });
  }

  it("refuses a token that was never made, one of another node, and one that is too old", async () => {
    await expectRefused("two", randomBytes(32).toString("base64url"), "unknown");
    const { token } = await client.makeToken({ node: "two" });
    await expectRefused("one", token, "wrong-node");
    const short = await client.makeToken({ node: "two", lifetimeSeconds: 1 });
    await sleep(1500);
    await expectRefused("two", short.token, "expired");
    // All of it left the real nodes alone.
    expect((await site.status()).nodes.map(({ state }) => state)).toEqual(["ready", "ready"]);
  });

  it("lets a token be used by one key; the replay with another is refused and recorded", async () => {
    const { token } = await client.makeToken({ node: "two" });
    const after = await site.lastEvent();
    const joined = await joinWith("two", token, stranger);
    expect(joined).toMatchObject({ status: 200, body: { certificate: expect.stringContaining("BEGIN CERTIFICATE") } });
    expect(await site.event(after, (event) => event.code === "NODE_REINSTALLED")).toMatchObject({ node: "two" });
    // As when the answer was lost on its way.
    expect((await joinWith("two", token, stranger)).body["certificate"]).toBe(joined.body["certificate"]);
    await expectRefused("two", token, "replayed");
    stolen = { cert: String(joined.body["certificate"]), key: stranger.key };
    const heard = await post("/v1/agent/renew", { version: 1, csr: stranger.csr }, stolen);
    expect(heard.status).toBe(200);
  });

  it("refuses a revoked certificate at once, and the real host is back after an apply", async () => {
    await client.revokeNode("two", "its token was stolen");
    expect(await post("/v1/agent/renew", { version: 1, csr: stranger.csr }, stolen)).toMatchObject({
      status: 403,
      body: { error: { code: "CONTROL_PLANE_CERTIFICATE_REVOKED" } },
    });
    expect((await site.apply()).failures).toEqual([]);
    await site.untilState("two", "ready");
    // Ready was also what it was called before: the real host is back once its own machine id is.
    const own = await site.run("two", "cat /etc/machine-id");
    expect(await eventually(async () => ((await site.node("two")).machineId === own ? true : undefined))).toBe(true);
    await site.untilState("two", "ready");
  });

  it("takes a host that was installed anew back in with a new token, by an apply alone", async () => {
    const before = await site.node("two");
    await site.run(
      "two",
      `systemctl disable --now bdap-agent bdap-firewall; rm -rf /var/lib/bdap-agent /opt/bdap /etc/bdap
       rm -f /etc/systemd/system/bdap-*; tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
       systemctl daemon-reload`,
    );
    await site.fault("two", { kind: "reboot" });
    const after = await site.lastEvent();
    expect((await site.apply()).failures).toEqual([]);
    await site.untilState("two", "ready");
    const now = await site.node("two");
    expect(now.machineId).not.toBe(before.machineId);
    expect(now.machineId).toBe(await site.run("two", "cat /etc/machine-id"));
    expect(await site.event(after, (event) => event.code === "NODE_REINSTALLED")).toMatchObject({ node: "two" });
    expect((await site.apply()).changes).toEqual([]);
  });
});

async function newStranger(folder: string): Promise<Stranger> {
  const run = promisify(execFile);
  await run("mkdir", ["-p", folder]);
  const [key, csr] = [join(folder, "key.pem"), join(folder, "request.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await run("openssl", ["req", "-new", ...kind, "-keyout", key, "-out", csr, "-subj", "/CN=two", "-sha256"]);
  const made = { key: await readFile(key, "utf8"), csr: await readFile(csr, "utf8") };
  await rm(folder, { recursive: true });
  return made;
}
