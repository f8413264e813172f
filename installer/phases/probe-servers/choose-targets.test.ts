import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Site } from "#inventory/schema/site.ts";
import { openSite, type SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { chooseTargets } from "./choose-targets.ts";

let folder: string;
let site: SiteDirectory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-targets-"));
  site = openSite(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const answers = (more: Partial<Site>): Site => ({ site: "lab", servers: ["10.0.0.[1-3]"], access: {}, ...more });

test("what is named wins, then an inventory, then site.yml", async () => {
  const named = await chooseTargets(site, { named: ["web01"], inventory: "nowhere", answers: answers({}) });
  expect(named).toEqual([{ name: "web01", address: "web01" }]);
  const fromSite = await chooseTargets(site, {
    named: [],
    inventory: undefined,
    answers: answers({ exclude: ["10.0.0.2"] }),
  });
  expect(fromSite.map((target) => target.address)).toEqual(["10.0.0.1", "10.0.0.3"]);
  await expect(chooseTargets(site, { named: [], inventory: undefined, answers: undefined })).rejects.toMatchObject({
    code: "INSTALLER_NO_TARGETS",
    kind: "user",
  });
});

test("an inventory's hosts are reached as Ansible sees them: the host's own first, files before what the inventory says of groups", async () => {
  await mkdir(join(folder, "inventory", "group_vars"), { recursive: true });
  await writeFile(join(folder, "inventory", "group_vars", "all.yml"), "ansible_user: deploy\nansible_port: 2200\n");
  await writeFile(
    join(folder, "inventory", "hosts"),
    "[web]\nweb[1:2]\nweb3 ansible_host=10.0.0.3 ansible_port=22\n\n[web:vars]\nansible_user=admin\n",
  );
  const targets = await chooseTargets(site, {
    named: [],
    inventory: undefined,
    answers: answers({ servers: { inventory: "inventory/hosts" } }),
  });
  expect(targets).toEqual([
    { name: "web1", address: "web1", port: 2200, user: "deploy" },
    { name: "web2", address: "web2", port: 2200, user: "deploy" },
    { name: "web3", address: "10.0.0.3", port: 22, user: "deploy" },
  ]);
});

test.each([
  ["ansible_host=-oProxyCommand=x;y", "ansible_host"],
  ["ansible_port=99999", "ansible_port"],
  ["ansible_user='{{ me }}'", "ansible_user"],
])("an inventory value that cannot be used, %s, is named", async (value, variable) => {
  const path = join(folder, "hosts");
  await writeFile(path, `one ${value}\n`);
  await expect(chooseTargets(site, { named: [], inventory: path, answers: undefined })).rejects.toMatchObject({
    code: "INSTALLER_INVENTORY_VALUE",
    context: { host: "one", variable },
  });
});

test("an inventory without hosts", async () => {
  const path = join(folder, "hosts");
  await writeFile(path, "[web]\n");
  await expect(chooseTargets(site, { named: [], inventory: path, answers: undefined })).rejects.toMatchObject({
    code: "INSTALLER_NO_TARGETS",
  });
});
