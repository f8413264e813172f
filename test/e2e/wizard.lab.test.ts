import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labDown, loadLabProfile, withOverrides } from "#installer/lab/lab.ts";
import { LabSite } from "./lab-site.ts";
import { Terminal } from "./terminal.ts";

const NAME = "e2ewizard";
const SUBNET = "10.82.4.0/24";

/** The screens in their order, and words of each one's help. */
const SCREENS = [
  "1/10 Where are your servers?",
  "2/10 How do I log in?",
  "3/10 Probing the servers",
  "4/10 What should each server become?",
  "5/10 Services and placement",
  "6/10 Disks",
  "7/10 The plan",
  "8/10 Begin?",
  "9/10 Applying the plan",
  "10/10 Where to go next",
] as const;

describe("the wizard in a terminal of 80 columns and 24 lines", () => {
  let site: LabSite;
  let terminal: Terminal;

  beforeAll(async () => {
    site = await LabSite.boot(withOverrides(await loadLabProfile("tiny"), { name: NAME, subnet: SUBNET }));
  });

  afterAll(async () => {
    await terminal?.close();
    await site?.remove();
    await labDown(NAME);
  });

  const open = async () => {
    await terminal?.close();
    terminal = await Terminal.open(NAME, ["install", "--site", site.path]);
  };

  /** Presses Enter until the next screen is there: a screen may still be at work when its rows are all shown. */
  async function goOn(title: (typeof SCREENS)[number]) {
    for (let tries = 0; tries < 60; tries += 1) {
      await terminal.press("Enter");
      if ((await terminal.screen()).includes(title)) return;
      expect(await terminal.screen()).toContain("Still reading");
      await sleep(500);
    }
    await terminal.shows(title, 1);
  }

  /** The screen fits, keeps its keys in the last line, and its help opens and closes again. */
  async function isWhole(title: (typeof SCREENS)[number]) {
    const screen = await terminal.shows(title);
    expectToFit(screen, title);
    await terminal.press("?");
    const help = await terminal.shows("any key: back");
    expectToFit(help, title);
    expect(help).toMatch(/\nHelp|^ Help/m);
    expect(help).not.toBe(screen);
    await terminal.press("x");
    await terminal.shows("? help");
    expect(await terminal.screen()).not.toContain("any key: back");
  }

  function expectToFit(screen: string, title: string) {
    const lines = screen.replace(/\n+$/, "").split("\n");
    // The title in the first line and the keys in the last say that nothing scrolled out or wrapped.
    expect(lines[0]).toContain(title);
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.at(-1)).toMatch(/\? help|any key: back/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  }

  it("asks where and how, and refuses a million hosts without losing what was typed", async () => {
    await open();
    await isWhole("1/10 Where are your servers?");
    await terminal.type(NAME);
    await terminal.press("Enter");
    await terminal.type("10.0.0.0/12");
    await terminal.press("Enter");
    expect(await terminal.shows("1,048,574 hosts")).toContain("10.0.0.0/12");
    for (let count = 0; count < "10.0.0.0/12".length; count += 1) await terminal.press("BSpace");
    await terminal.type("10.82.4.[11-12]");
    await terminal.press("Enter");
    await isWhole("2/10 How do I log in?");
    await terminal.press("Enter", "Enter");
    await terminal.type(site.lab.keyFile);
    await terminal.press("Enter", "Enter", "Enter");
    await isWhole("3/10 Probing the servers");
    expect(await terminal.shows(/10\.82\.4\.12\s+read/)).toMatch(/10\.82\.4\.11\s+read/);
  });

  it("is left half way without a trace on the servers, and goes on at the probe", async () => {
    await goOn("4/10 What should each server become?");
    await isWhole("4/10 What should each server become?");
    await terminal.shows(/one\s+service/);
    await terminal.press("C-c");
    const left = await terminal.shows("exit status 130");
    expect(left).toContain("site.yml");
    expect(await readFile(join(site.path, "site.yml"), "utf8")).toContain("10.82.4.[11-12]");
    expect(existsSync(join(site.path, "journal.jsonl"))).toBe(false);
    await open();
    await terminal.shows("3/10 Probing the servers");
    await terminal.shows(/10\.82\.4\.11\s+read/);
    await terminal.shows(/10\.82\.4\.12\s+read/);
  });

  it("proposes roles with reasons, services, disks by serial, and shows the plan", async () => {
    await goOn("4/10 What should each server become?");
    await terminal.shows(/two\s+cpu/);
    await terminal.press("Enter");
    await isWhole("5/10 Services and placement");
    await terminal.shows(/control-plane\s+one/);
    await terminal.press("Enter");
    await isWhole("6/10 Disks");
    const serial = site.lab.hosts[0]?.disks[0]?.serial ?? "?";
    expect(await terminal.screen()).toContain(serial);
    await terminal.press("Enter");
    await isWhole("7/10 The plan");
    await terminal.press("Enter");
    await isWhole("8/10 Begin?");
    await terminal.press("Escape");
    await terminal.shows("7/10 The plan");
    await terminal.press("Enter");
    expect(existsSync(join(site.path, "journal.jsonl"))).toBe(false);
  });

  it("begins only when the site's name is typed, and ends with every node ready", async () => {
    await terminal.shows("8/10 Begin?");
    await terminal.type("something-else");
    await terminal.press("Enter");
    await terminal.shows("nothing was begun");
    expect(existsSync(join(site.path, "journal.jsonl"))).toBe(false);
    for (let count = 0; count < "something-else".length; count += 1) await terminal.press("BSpace");
    await terminal.type(NAME);
    await terminal.press("Enter");
    await isWhole("9/10 Applying the plan");
    await terminal.shows(/✓ Every node ready/, 300);
    expectToFit(await terminal.screen(), "9/10 Applying the plan");
    await terminal.press("Enter");
    await isWhole("10/10 Where to go next");
    expect(await terminal.screen()).toContain("every node is ready");
    await terminal.press("Enter");
    await terminal.shows("exit status 0");
    const { nodes, healthy } = await site.status();
    expect(healthy).toBe(true);
    expect(nodes.map(({ name, state }) => [name, state])).toEqual([
      ["one", "ready"],
      ["two", "ready"],
    ]);
  });
});
