import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findConfigFile, parseConfig } from "./config-file.ts";
import { inventorySettings, vaultSettings } from "./inventory-settings.ts";
import { expandPath } from "./paths.ts";
import { Settings } from "./settings.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-settings-"));
  await mkdir(join(folder, "home"));
  await mkdir(join(folder, "work"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const around = (environment: Record<string, string> = {}) => ({
  environment,
  workingFolder: join(folder, "work"),
  homeFolder: join(folder, "home"),
});

describe("the ansible.cfg in force", () => {
  test("the one named, else the working folder's, else the home folder's", async () => {
    await writeFile(join(folder, "home/.ansible.cfg"), "[defaults]\ninventory = home\n");
    expect((await findConfigFile(around())).file?.path).toBe(join(folder, "home/.ansible.cfg"));
    await writeFile(join(folder, "work/ansible.cfg"), "[defaults]\ninventory = work\n");
    expect((await findConfigFile(around())).file?.path).toBe(join(folder, "work/ansible.cfg"));
    await mkdir(join(folder, "other"));
    await writeFile(join(folder, "other/ansible.cfg"), "");
    const named = await findConfigFile(around({ ANSIBLE_CONFIG: join(folder, "other") }));
    expect(named.file?.path).toBe(join(folder, "other/ansible.cfg"));
  });

  test("one in a folder that everybody may write to is passed over, and said so", async () => {
    await writeFile(join(folder, "work/ansible.cfg"), "");
    await chmod(join(folder, "work"), 0o777);
    const found = await findConfigFile(around());
    expect(found.file?.path).not.toBe(join(folder, "work/ansible.cfg"));
    expect(found.warnings.join()).toContain("world writable directory");
  });

  test("sections, comments, continued values, both separators", () => {
    const sections = parseConfig(
      "# c\n[defaults]\nInventory = a, ; no\n  b\nforks: 5\n;x=1\n[inventory]\nexport=yes ; said\nmark=a;b\nnonsense\n",
    );
    expect(sections.get("defaults")?.get("inventory")).toBe("a,\nb");
    expect(sections.get("defaults")?.get("forks")).toBe("5");
    expect(sections.get("inventory")?.get("export")).toBe("yes");
    expect(sections.get("inventory")?.get("mark")).toBe("a;b");
  });
});

describe("settings", () => {
  test("the environment wins over the file, the file over what is usual", async () => {
    await writeFile(
      join(folder, "work/ansible.cfg"),
      "[defaults]\ninventory = hosts, ~/more\nvault_password_file=pw\n[inventory]\nenable_plugins = 'yaml', ini\nexport=True\n",
    );
    const settings = await Settings.open(around({ ANSIBLE_INVENTORY_EXPORT: "no" }));
    expect(settings.get(inventorySettings.sources)).toEqual([join(folder, "work/hosts"), join(folder, "home/more")]);
    expect(settings.get(inventorySettings.enabled)).toEqual(["yaml", "ini"]);
    expect(settings.get(inventorySettings.export)).toBe(false);
    expect(settings.get(vaultSettings.passwordFile)).toBe(join(folder, "work/pw"));
    expect(settings.get(vaultSettings.identity)).toBe("default");
  });

  test("a word that is none of those known is refused", () => {
    const settings = new Settings(around({ ANSIBLE_HOST_PATTERN_MISMATCH: "maybe" }));
    expect(() => settings.get(inventorySettings.patternMismatch)).toThrow(
      expect.objectContaining({ code: "INVENTORY_SETTING_INVALID", kind: "user" }),
    );
  });

  test("paths: home, variables, dots", () => {
    const place = { environment: { SITE: "jrc" }, workingFolder: "/w", homeFolder: "/h" };
    expect(expandPath("~/a/../b/", place)).toBe("/h/b");
    expect(expandPath("$SITE/${SITE}/$NONE", place)).toBe("/w/jrc/jrc/$NONE");
  });
});
