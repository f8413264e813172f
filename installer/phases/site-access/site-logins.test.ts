import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Site } from "#inventory/schema/site.ts";
import { openSite, type SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { siteLogins } from "./site-logins.ts";

let folder: string;
let site: SiteDirectory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-logins-"));
  site = openSite(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const reached = { name: "st1", address: "10.0.0.1", port: 22, user: "root" };
const given = (access: Site["access"], servers: Site["servers"] = ["10.0.0.[1-3]"]): Site => ({
  site: "lab",
  servers,
  access,
});

it.each<[string, Site, Partial<typeof reached>]>([
  ["what access says now", given({ user: "ops", port: 2222 }), { user: "ops", port: 2222 }],
  ["what it was reached with, where nothing is said", given({}), {}],
  [
    "what is written at the server, before access",
    given({ user: "ops" }, ["ada@10.0.0.1:2200"]),
    { user: "ada", port: 2200 },
  ],
  [
    "nothing else for a server that was excluded",
    { ...given({ user: "ops" }), exclude: ["10.0.0.1"] },
    { user: "ops" },
  ],
  ["nothing for a server that site.yml does not name", given({ user: "ops" }, ["10.0.0.9"]), {}],
])("%s", async (_name, answers, changes) => {
  expect((await siteLogins(site, answers))(reached)).toEqual({ ...reached, ...changes });
});

it("what an inventory says of a host, before access", async () => {
  await writeFile(join(folder, "hosts"), "st1 ansible_host=10.0.0.1 ansible_user=ada\nst2 ansible_host=10.0.0.2\n");
  const login = await siteLogins(site, given({ user: "ops" }, { inventory: "hosts" }));
  expect(login(reached).user).toBe("ada");
  expect(login({ ...reached, address: "10.0.0.2" }).user).toBe("ops");
});
