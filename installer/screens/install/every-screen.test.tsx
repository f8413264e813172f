import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { dumpYaml } from "#inventory/kernel/yaml.ts";
import { parseAnswers } from "#inventory/site-directory/answers.ts";
import { Running } from "../../ui/program/program.tsx";
import { SmallTerminal } from "../../ui/program/small-terminal.ts";
import type { Draft, Effect } from "./data.ts";
import { applyBegins, applyEnds, LONG, largePlan, largeProbe, longError } from "./large-site.ts";
import { type Message, startWizard, type Wizard } from "./model.ts";
import { installProgram } from "./program.tsx";
import { screens } from "./screens.ts";

const ENTER = "\r";
const ESCAPE = "\u001b";
const INTERRUPT = "\u0003";
const PATIENCE = { timeout: 20_000, interval: 5 };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const answered: Draft = { site: "geneva", servers: ["192.0.2.[1-60]"], access: { user: "root", keyFile: "key" } };

/** What the world says of an effect; `unending` applies never end. */
function told({ type }: Effect, unending: boolean): readonly Message[] {
  switch (type) {
    case "save":
      return [];
    case "probe":
      return [...largeProbe.map((row) => ({ type: "probe-row", row }) as const), { type: "probe-done" }];
    case "plan":
      return [{ type: "planned", plan: largePlan }];
    case "apply":
      return [applyBegins, ...(unending ? [] : [applyEnds])].map((event) => ({ type: "apply-event", event }));
  }
}

/** The wizard before 80 columns and 24 lines, with a world of sixty servers that have a lot to say. */
function open(answers: Draft = answered, { unending = false } = {}) {
  const effects: Effect[] = [];
  let say: (message: Message) => void = () => undefined;
  const perform = (effect: Effect, send: (message: Message) => void) => {
    effects.push(effect);
    say = send;
    setImmediate(() => told(effect, unending).forEach(send));
  };
  const first = startWizard(answers, { by: "ada", now: "2026-01-01T00:00:00Z" });
  const seen = { model: first.model, messages: 0 };
  const keep = (model: Wizard) => {
    seen.model = model;
    seen.messages += 1;
  };
  const terminal = new SmallTerminal(<Running program={installProgram(first, perform)} keep={keep} />);
  closing.push(() => terminal.close());
  const lines = () => terminal.frame.replace(/\n+$/, "").split("\n");
  return {
    effects,
    unending,
    say: (message: Message) => say(message),
    isOver: () => seen.model.over,
    data: () => seen.model.data,
    lines,
    async press(...keys: string[]) {
      await vi.waitUntil(() => terminal.isListening, PATIENCE);
      for (const key of keys) {
        const before = seen.messages;
        terminal.write(key);
        await vi.waitUntil(() => seen.messages > before, PATIENCE);
        // What the world answers at once, and the frame that shows it.
        await sleep(15);
      }
    },
    isAt: (number: number) => vi.waitFor(() => expect(lines()[0]).toContain(`${number}/10 `), PATIENCE),
  };
}

type Opened = ReturnType<typeof open>;

/** Goes on to the screen of this number, from the first one on. */
async function goTo(number: number, wizard: Opened): Promise<void> {
  await wizard.press();
  if (number <= 2) {
    await wizard.press(ESCAPE);
    if (number === 1) await wizard.press(ESCAPE);
  }
  for (let at = 3; at < number; at += 1) {
    await wizard.isAt(at);
    await vi.waitUntil(() => isReady(at, wizard), PATIENCE);
    if (at === 8) await wizard.press("geneva");
    await wizard.press(ENTER);
  }
  await wizard.isAt(number);
  if (!wizard.unending) await vi.waitUntil(() => isReady(number, wizard), PATIENCE);
  // The frame of what came last.
  await sleep(15);
}

/** Whether what this screen waits for is there. */
function isReady(number: number, wizard: Opened): boolean {
  const { probe, plan, apply } = wizard.data();
  if (number === 3) return probe.state === "done";
  return number < 9 ? number < 4 || plan !== undefined : apply.state !== "running";
}

describe.each(screens.map((screen, index) => ({ ...screen, number: index + 1 })))(
  "screen $number, $name",
  ({ title, help, number }) => {
    test("fits, says its keys and its help whole, leads back and out", async () => {
      const wizard = open();
      await goTo(number, wizard);
      expectWhole(wizard, title);
      expect(wizard.lines().at(-1)).toMatch(/\? help\s*$/);
      const before = wizard.lines();
      await wizard.press("?");
      await vi.waitFor(() => expect(wizard.lines().at(-1)).toContain("any key: back"), PATIENCE);
      expectWhole(wizard, title);
      const shown = wizard.lines().map((line) => line.trim());
      for (const line of help) expect(shown).toContain(line.trim());
      await wizard.press("x");
      await vi.waitFor(() => expect(wizard.lines()).toEqual(before), PATIENCE);
      await wizard.press(ESCAPE);
      await wizard.isAt(Math.max(1, number - 1));
      expect(wizard.isOver()).toBe(false);
      expect(wizard.effects.filter(({ type }) => type === "apply")).toHaveLength(number >= 9 ? 1 : 0);
      await wizard.press(INTERRUPT);
      expect(wizard.isOver()).toBe(true);
    });

    test("keeps its title and keys under a complaint of many words", async () => {
      const wizard = open();
      await goTo(number, wizard);
      wizard.say({ type: "problem", error: longError });
      const spoken = () => wizard.lines().join(" ").replaceAll(/\s+/g, " ");
      await vi.waitFor(() => expect(spoken()).toContain(`SOME_CODE: ${LONG} ${LONG}, END`), PATIENCE);
      expectWhole(wizard, title);
    });
  },
);

test("what was answered is a whole site.yml, so that a file can answer everything", async () => {
  const wizard = open({ access: {} });
  await wizard.press("geneva", ENTER, "192.0.2.[1-60]", ENTER);
  await wizard.press(ENTER, ENTER, "key", ENTER, ENTER, ENTER);
  await wizard.press(ENTER, "g", ENTER, "m", ENTER, "x", "w", "wipe S0 on one", ENTER, ENTER);
  const saved = wizard.effects.flatMap((effect) => (effect.type === "save" ? [effect.answers] : []));
  expect(saved.length).toBeGreaterThan(4);
  for (const answers of saved) expect(parseAnswers(dumpYaml(answers), "site.yml")).toMatchObject({ site: "geneva" });
  expect(Object.keys(saved.at(-1) ?? {}).sort()).toEqual([
    "access",
    "disks",
    "overrides",
    "servers",
    "services",
    "site",
  ]);
  await wizard.isAt(7);
});

test.each([
  [{ access: {} }, 1],
  [{ site: "geneva", servers: ["192.0.2.1"], access: {} }, 2],
  [answered, 3],
])("a sitting that was left goes on where it was: %j", async (answers, number) => {
  const wizard = open(answers);
  await wizard.press();
  await wizard.isAt(number);
});

test("an apply that could not begin is told with its cause, and can be tried again", async () => {
  const wizard = open(answered, { unending: true });
  await goTo(9, wizard);
  const error = {
    code: "SITE_LOCKED",
    kind: "user" as const,
    message: "Ada applies since noon.",
    hint: "Wait for her.",
  };
  wizard.say({ type: "problem", error });
  await wizard.press(ENTER);
  await wizard.isAt(10);
  const cause = "SITE_LOCKED: Ada applies since noon. Wait for her.";
  await vi.waitFor(() => expect(wizard.lines().join("\n")).toContain(cause), PATIENCE);
  await wizard.press(ESCAPE, ESCAPE, "geneva", ENTER);
  expect(wizard.effects.filter(({ type }) => type === "apply")).toHaveLength(2);
});

test("there is no way back while servers are changed, and Ctrl-C asks once more", async () => {
  const wizard = open(answered, { unending: true });
  await goTo(9, wizard);
  await wizard.press(ESCAPE);
  await wizard.isAt(9);
  await vi.waitFor(() => expect(wizard.lines().join(" ")).toContain("Ctrl-C stops"), PATIENCE);
  await wizard.press(INTERRUPT);
  expect(wizard.isOver()).toBe(false);
  await wizard.press(INTERRUPT);
  expect(wizard.isOver()).toBe(true);
});

function expectWhole(wizard: Opened, title: string): void {
  const lines = wizard.lines();
  expect(lines[0]).toContain(title);
  expect(lines[1]).toContain("─".repeat(78));
  expect(lines.length).toBeLessThanOrEqual(24);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.at(-1)).toMatch(/(\? help|any key: back)\s*$/);
}
