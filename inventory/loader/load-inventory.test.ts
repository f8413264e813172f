import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../kernel/secret.ts";
import { selectHosts, selectLimit } from "../select/patterns.ts";
import { encryptVault } from "../vault/ansible-vault.ts";
import { loadInventory } from "./load-inventory.ts";
import { VariableFiles } from "./variable-files.ts";
import { VaultValues } from "./vault-values.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-inventory-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const noVault = new VaultValues(undefined);

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

const INI = `
lonely ansible_host=10.0.0.1 note="two words" # comment
[web]
web[01:03].example.org port=80 list='[1, "a"]' flag=True text=0644
[db]
db-[a:c]:2222
[site:children]
web
db
[site:vars]
place = ispra
number=4
`;

describe("inventories", () => {
  test("INI: ranges, ports, literals, children", async () => {
    const inventory = await loadInventory([await file("hosts", INI)], noVault);
    expect([...inventory.hosts.keys()]).toEqual([
      "lonely",
      "web01.example.org",
      "web02.example.org",
      "web03.example.org",
      "db-a",
      "db-b",
      "db-c",
    ]);
    expect(inventory.hosts.get("lonely")?.variables.get("note")).toBe("two words");
    const web = inventory.hosts.get("web02.example.org")?.variables;
    expect(web?.get("port")).toBe(80);
    expect(web?.get("list")).toEqual([1, "a"]);
    expect(web?.get("flag")).toBe(true);
    expect(web?.get("text")).toBe("0644");
    expect(inventory.hosts.get("db-b")?.variables.get("ansible_port")).toBe(2222);
    expect(inventory.groupsOf("db-a").map((group) => group.name)).toEqual(["site", "db"]);
    expect(inventory.groups.get("site")?.variables.get("number")).toBe(4);
    expect(inventory.hostsOf("ungrouped")).toEqual(["lonely"]);
  });

  test("a folder of sources is read in order of names, group_vars left out", async () => {
    await file("inv/10-first.yml", "all: { hosts: { a: { x: 1 } }, vars: { level: first } }\n");
    await file("inv/20-second.yml", "all: { vars: { level: second } }\nweb: { hosts: { a: null, b: null } }\n");
    await file("inv/group_vars/all/one.yml", "y: 2\n");
    const inventory = await loadInventory([join(folder, "inv")], noVault);
    expect([...inventory.hosts.keys()]).toEqual(["a", "b"]);
    expect(inventory.groups.get("all")?.variables.get("level")).toBe("second");
    const found = await new VariableFiles({ vault: noVault }).of(join(folder, "inv"), "group_vars", "all");
    expect(found.get("y")).toBe(2);
  });

  test("encrypted files and values are opened with the password, and refused without", async () => {
    const password = new Secret("open sesame");
    await file("host_vars/a.yml", await encryptVault("secret: 7\n", password));
    const inline = (await encryptVault("word", password)).trimEnd().replaceAll("\n", "\n  ");
    await file("host_vars/b.yml", `word: !vault |\n  ${inline}\n`);
    const vault = new VaultValues(password);
    expect((await new VariableFiles({ vault }).of(folder, "host_vars", "a")).get("secret")).toBe(7);
    const word = (await new VariableFiles({ vault }).of(folder, "host_vars", "b")).get("word");
    expect(vault.text((word as { ciphertext: string }).ciphertext)).toBe("word");
    await expect(new VariableFiles({ vault: noVault }).of(folder, "host_vars", "a")).rejects.toMatchObject({
      code: "INVENTORY_VAULT_PASSWORD_MISSING",
    });
  });

  test.each([
    ["hosts.yml", "all:\n  hots: {}\n", "INVENTORY_SOURCE_MALFORMED", 2],
    ["hosts", "[web:nope]\n", "INVENTORY_SOURCE_MALFORMED", 1],
    ["hosts", "[web]\na novalue\n", "INVENTORY_SOURCE_MALFORMED", 2],
    ["hosts.yml", "all: [\n", "KERNEL_YAML_UNPARSABLE", 2],
  ])("%s: %s is refused with its line", async (name, text, code, line) => {
    await expect(loadInventory([await file(name, text)], noVault)).rejects.toMatchObject({ code, context: { line } });
  });

  test("a range of a million hosts is refused", async () => {
    const source = await file("hosts", "node[0000000:9999999]\n");
    await expect(loadInventory([source], noVault)).rejects.toMatchObject({ code: "INVENTORY_RANGE_TOO_LARGE" });
  });
});

describe("host patterns", () => {
  test.each([
    ["all", ["lonely", "web01.example.org", "web02.example.org", "web03.example.org", "db-a", "db-b", "db-c"]],
    ["site:!db", ["web01.example.org", "web02.example.org", "web03.example.org"]],
    ["!db:site", ["web01.example.org", "web02.example.org", "web03.example.org"]],
    ["!site", ["lonely"]],
    ["all:&db", ["db-a", "db-b", "db-c"]],
    ["web[0]", ["web01.example.org"]],
    ["web[-1]", ["web03.example.org"]],
    ["web[1:2]", ["web02.example.org", "web03.example.org"]],
    ["*-a,lonely", ["db-a", "lonely"]],
    ["~db-[ab]", ["db-a", "db-b"]],
    ["nothing", []],
    ["localhost", ["localhost"]],
  ])("%s", async (pattern, hosts) => {
    const inventory = await loadInventory([await file("hosts", INI)], noVault);
    expect(selectHosts(inventory, pattern).hosts).toEqual(hosts);
  });

  test("a limit must mean something", async () => {
    const inventory = await loadInventory([await file("hosts", INI)], noVault);
    expect(() => selectLimit(inventory, "nobody")).toThrow(
      expect.objectContaining({ code: "INVENTORY_PATTERN_UNKNOWN" }),
    );
    expect(() => selectLimit(inventory, "web:!web")).toThrow(
      expect.objectContaining({ code: "INVENTORY_LIMIT_EMPTY" }),
    );
  });
});
