import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../kernel/secret.ts";
import type { Site } from "../schema/site.ts";
import { decryptVault } from "../vault/ansible-vault.ts";
import { openSite, type SiteDirectory } from "./site-directory.ts";

let folder: string;
let site: SiteDirectory;
const answers: Site = { site: "lab", servers: ["10.0.0.1"], access: { user: "root" } };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-site-"));
  site = openSite(join(folder, "site"));
  await site.create();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe("the folder", () => {
  it("keeps secrets out of git beside what a person ignores already, and says so once", async () => {
    await writeFile(site.paths.ignore, "*.bak");
    await site.create();
    const text = await readFile(site.paths.ignore, "utf8");
    expect(text.split("\n")).toEqual(
      expect.arrayContaining(["*.bak", "/.vault-password*", "/rendered/", "/facts/*.raw/"]),
    );
    await site.create();
    expect(await readFile(site.paths.ignore, "utf8")).toBe(text);
  });
});

describe("answers", () => {
  it("come back as they were written, and can be written again", async () => {
    await site.writeAnswers(answers);
    expect(await site.readAnswers()).toEqual(answers);
    await site.writeAnswers({ ...answers, site: "lab2" });
    expect((await site.readAnswers()).site).toBe("lab2");
  });

  it("are never overwritten once a person touched them", async () => {
    await site.writeAnswers(answers);
    await appendFile(site.paths.answers, "# my note\n");
    const before = await readFile(site.paths.answers, "utf8");
    await expect(site.writeAnswers(answers)).rejects.toMatchObject({ code: "INVENTORY_SITE_EDITED" });
    expect(await readFile(site.paths.answers, "utf8")).toBe(before);
  });

  it("name the place of what is wrong", async () => {
    await writeFile(site.paths.answers, "site: lab\nservers: [a]\naccess:\n  user: root\n  prot: 22\n");
    await expect(site.readAnswers()).rejects.toMatchObject({
      code: "INVENTORY_SITE_INVALID",
      message: `${site.paths.answers}:5:3: access/prot: there is no such key; did you mean port?`,
    });
    await writeFile(site.paths.answers, "site: lab\nservers: [a\naccess: {}\n");
    await expect(site.readAnswers()).rejects.toMatchObject({ code: "KERNEL_YAML_UNPARSABLE", context: { line: 3 } });
    await rm(site.paths.answers);
    await expect(site.readAnswers()).rejects.toMatchObject({ code: "INVENTORY_SITE_MISSING" });
  });

  it("are not written when they do not fit", async () => {
    await expect(site.writeAnswers({ ...answers, site: "Not A Name" })).rejects.toMatchObject({
      code: "INVENTORY_SITE_INVALID",
    });
    await expect(readFile(site.paths.answers)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("the vault", () => {
  it("keeps secrets encrypted, under a password of its own", async () => {
    await Promise.all([
      site.vault.set({ token: new Secret("s3cret-token"), other: new Secret("0123") }),
      site.vault.set({ key: new Secret("-----BEGIN\nlines: [\n-----END\n") }),
    ]);
    const text = await readFile(site.paths.vault, "utf8");
    expect(text).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    expect([await modeOf(site.paths.vault), await modeOf(site.paths.vaultPassword)]).toEqual([0o600, 0o600]);
    const again = openSite(site.path).vault;
    expect((await again.get("key"))?.reveal()).toBe("-----BEGIN\nlines: [\n-----END\n");
    expect([...(await again.read()).keys()]).toEqual(["key", "other", "token"]);
    await again.set({ other: null });
    expect(await site.vault.get("other")).toBeUndefined();
    expect(await readFile(site.paths.ignore, "utf8")).toContain("/.vault-password*\n");
  });

  it("opens with a password file kept elsewhere, white space around it or not", async () => {
    const elsewhere = join(folder, "password");
    await writeFile(elsewhere, "  spaced out \n\n");
    await openSite(site.path, { vaultPasswordFile: elsewhere }).vault.set({ a: new Secret("1") });
    expect(await decryptVault(await readFile(site.paths.vault, "utf8"), new Secret("spaced out"))).toBe("a: '1'\n");
  });

  it("never makes a new password for an old vault", async () => {
    await site.vault.set({ a: new Secret("1") });
    await rm(site.paths.vaultPassword);
    await expect(site.vault.read()).rejects.toMatchObject({ code: "INVENTORY_VAULT_PASSWORD_MISSING" });
    await writeFile(site.paths.vaultPassword, "another\n");
    await expect(site.vault.set({ b: new Secret("2") })).rejects.toMatchObject({
      code: "INVENTORY_VAULT_WRONG_PASSWORD",
    });
    await writeFile(site.paths.vaultPassword, "\n");
    await expect(site.vault.read()).rejects.toMatchObject({ code: "INVENTORY_VAULT_PASSWORD_EMPTY" });
  });
});

describe("the journal", () => {
  it("keeps every record in order", async () => {
    const journal = await site.openJournal();
    await Promise.all(Array.from({ length: 20 }, (_, step) => journal.append({ step })));
    await journal.close();
    expect(await site.readJournal()).toEqual(Array.from({ length: 20 }, (_, step) => ({ step })));
  });

  it("reads past a torn last line and cuts it off before it goes on", async () => {
    const torn = `{"step":3,"text":"${"x".repeat(200_000)}`;
    await writeFile(site.paths.journal, `{"step":1}\n{"step":2}\n${torn}`);
    expect(await site.readJournal()).toEqual([{ step: 1 }, { step: 2 }]);
    const journal = await site.openJournal();
    await journal.append({ step: 3 });
    await journal.close();
    expect(await readFile(site.paths.journal, "utf8")).toBe('{"step":1}\n{"step":2}\n{"step":3}\n');
  });

  it("is empty when there is none, or only a torn line", async () => {
    expect(await site.readJournal()).toEqual([]);
    await writeFile(site.paths.journal, '{"step":');
    expect(await site.readJournal()).toEqual([]);
    await (await site.openJournal()).close();
    expect(await readFile(site.paths.journal, "utf8")).toBe("");
  });

  it("says which line was altered", async () => {
    await writeFile(site.paths.journal, '{"step":1}\nnonsense\n{"step":3}\n');
    await expect(site.readJournal()).rejects.toMatchObject({
      code: "INVENTORY_JOURNAL_CORRUPT",
      context: { line: 2 },
    });
  });
});

describe("wipe permissions", () => {
  it("count once", async () => {
    const use = { server: "st1", serial: "Z1", at: "2026-01-01T00:00:00.000Z", plan: "p", by: "ada" };
    await site.consumeWipe(use);
    await expect(site.consumeWipe({ ...use, server: "renamed" })).rejects.toMatchObject({
      code: "PLAN_WIPE_USED",
      context: { server: "st1", serial: "Z1", at: use.at },
    });
    await site.consumeWipe({ ...use, serial: "Z2" });
    expect((await site.readWipes()).map((one) => one.serial)).toEqual(["Z1", "Z2"]);
  });
});

describe("facts and plans", () => {
  it("that cannot be read are named with their file", async () => {
    await writeFile(site.paths.plan, "{");
    await expect(site.readPlan()).rejects.toMatchObject({ code: "INVENTORY_RECORD_UNREADABLE" });
    await writeFile(site.paths.plan, '{"version":1}');
    await expect(site.readPlan()).rejects.toMatchObject({ code: "INVENTORY_RECORD_UNREADABLE" });
    expect(await site.readApplied()).toBeUndefined();
    expect(await site.readFacts()).toEqual([]);
    expect(await site.readFactsOf("nobody")).toBeUndefined();
  });

  it("stay in their folder whatever a server calls itself", async () => {
    await writeFile(site.paths.plan, "{");
    expect(await site.readFactsOf("../plan")).toBeUndefined();
    expect(await site.readFactsOf("..")).toBeUndefined();
  });
});
