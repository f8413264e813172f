import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Site } from "#inventory/schema/site.ts";
import { openSite, type SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { accessOf, endpointOf, openControlPlane } from "./site-access.ts";

let folder: string;
let site: SiteDirectory;
const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n";
const answers = (access: Site["access"]): Site => ({ site: "lab", servers: ["10.0.0.1"], access });
const server = { name: "st1", address: "10.0.0.1" };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-access-"));
  site = openSite(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const save = async (name: string, text: string, mode = 0o600) => {
  await writeFile(join(folder, name), text);
  await chmod(join(folder, name), mode);
};

describe("accessOf", () => {
  it("reads the files the answers name, relative to the site", async () => {
    await save("key", KEY);
    await save("password", "pass word \n");
    await save("sudo", "root\n");
    const access = await accessOf(
      site,
      answers({
        user: "ops",
        port: 2222,
        keyFile: "key",
        passwordFile: join(folder, "password"),
        sudoPasswordFile: "sudo",
      }),
    );
    const endpoint = access.endpoint({ ...server, user: "admin" });
    expect(endpoint).toMatchObject({ host: "st1", address: "10.0.0.1", port: 2222, user: "admin" });
    expect(endpoint.privateKey?.reveal()).toBe(KEY);
    expect(endpoint.password?.reveal()).toBe("pass word ");
    expect(access.sudoPassword?.reveal()).toBe("root");
    expect(access.warnings).toEqual([]);
    expect(JSON.stringify(endpoint)).not.toContain("pass word");
  });

  it("logs in as root on port 22 unless told otherwise", async () => {
    expect(await endpointOf(site, answers({}), server)).toEqual({
      host: "st1",
      address: "10.0.0.1",
      port: 22,
      user: "root",
    });
  });

  it("warns of a key that others can read", async () => {
    await save("key", KEY, 0o644);
    const { warnings } = await accessOf(site, answers({ keyFile: "key" }));
    expect(warnings).toEqual([expect.stringContaining("mode 644")]);
  });

  it.each([
    ["keyFile", "INSTALLER_KEY_FILE_MISSING"],
    ["passwordFile", "INSTALLER_PASSWORD_FILE_MISSING"],
    ["sudoPasswordFile", "INSTALLER_SUDO_PASSWORD_FILE_MISSING"],
  ])("names a missing %s", async (answer, code) => {
    await expect(accessOf(site, answers({ [answer]: "nowhere" }))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`${join(folder, "nowhere")}, which cannot be read: ENOENT`),
    });
  });

  it("refuses a public key in the place of the private one", async () => {
    await save("key.pub", "ssh-ed25519 AAAA ada\n");
    await expect(accessOf(site, answers({ keyFile: "key.pub" }))).rejects.toMatchObject({
      code: "INSTALLER_KEY_FILE_INVALID",
    });
  });

  it("uses the person's SSH agent only when told to, and needs one then", async () => {
    const withAgent = openSite(folder, { agentSocket: "/run/agent" });
    expect((await endpointOf(withAgent, answers({}), server)).agentSocket).toBeUndefined();
    expect((await endpointOf(withAgent, answers({ useAgent: true }), server)).agentSocket).toBe("/run/agent");
    await expect(accessOf(site, answers({ useAgent: true }))).rejects.toMatchObject({
      code: "INSTALLER_AGENT_MISSING",
    });
  });
});

describe("openControlPlane", () => {
  it("says that there is none before the first apply", async () => {
    await expect(openControlPlane(site)).rejects.toMatchObject({ code: "INSTALLER_NO_CONTROL_PLANE", kind: "user" });
  });
});
