import { render } from "ink-testing-library";
import { afterEach, expect, test } from "vitest";
import { someNode, somePlan } from "#test/fakes/plan.ts";
import { Running } from "../../ui/program/program.tsx";
import type { Effect } from "./data.ts";
import { type Message, startWizard, type Wizard } from "./model.ts";
import { installProgram } from "./program.tsx";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A wizard on a fake terminal of 100 columns; `send` is what the world would say, `effects` what the wizard asked of it. */
function open(answers: Parameters<typeof startWizard>[0] = { access: {} }) {
  const effects: Effect[] = [];
  let last: Wizard | undefined;
  let say: ((message: Message) => void) | undefined;
  const program = installProgram(startWizard(answers, { by: "ada", now: "2026-01-01T00:00:00Z" }), (effect, send) => {
    effects.push(effect);
    say = send;
  });
  const app = render(
    <Running
      program={program}
      keep={(model) => {
        last = model;
      }}
    />,
  );
  cleanups.push(() => app.unmount());
  const settle = () => new Promise((resolve) => setTimeout(resolve, 60));
  return {
    effects,
    last: () => last,
    frame: () => app.lastFrame() ?? "",
    async press(...keys: string[]) {
      await settle();
      for (const key of keys) {
        app.stdin.write(key);
        await settle();
      }
    },
    async tell(message: Message) {
      say?.(message);
      await settle();
    },
  };
}

const ENTER = "\r";
const ESCAPE = "\u001b";
const TAB = "\t";

const answered = { site: "geneva", servers: ["192.0.2.[11-12]"], access: { user: "root", keyFile: "key" } };
const row = {
  server: "192.0.2.11",
  state: "read",
  os: "debian 13",
  cores: "2",
  memory: "24 GB",
  disks: "6/6",
  note: "",
} as const;

test("the first screen asks for the site and its servers, and refuses what cannot be", async () => {
  const wizard = open();
  expect(wizard.frame()).toContain("1/10 Where are your servers?");
  await wizard.press("Geneva 1", ENTER, "10.0.0.[10-12]", ENTER);
  expect(wizard.frame()).toContain("lower-case letters");
  await wizard.press(...Array.from("Geneva 1", () => "\u007f"), "geneva", TAB, ENTER);
  expect(wizard.frame()).toContain("2/10 How do I log in?");
  expect(wizard.effects).toContainEqual({
    type: "save",
    answers: { access: {}, site: "geneva", servers: ["10.0.0.[10-12]"] },
  });
});

test("a range of a million hosts is refused before anything is expanded", async () => {
  const wizard = open();
  await wizard.press("geneva", ENTER, "10.0.0.0/8", ENTER);
  expect(wizard.frame()).toContain("1/10");
  expect(wizard.frame()).toContain("16,777,214 hosts");
});

test("every screen has help, and any key leaves it", async () => {
  const wizard = open();
  await wizard.press("?");
  expect(wizard.frame()).toContain("any key: back");
  await wizard.press("x");
  expect(wizard.frame()).toContain("Where are your servers?");
});

test("answers of an earlier sitting go on at the probe", async () => {
  const wizard = open(answered);
  await wizard.press();
  expect(wizard.frame()).toContain("3/10 Probing the servers");
  expect(wizard.effects).toEqual([{ type: "probe", answers: answered }]);
});

test("the probe's table is live; it goes on only when a server was read", async () => {
  const wizard = open(answered);
  await wizard.press();
  await wizard.tell({ type: "probe-row", row: { ...row, state: "failed", note: "Connection refused." } });
  await wizard.tell({ type: "probe-done" });
  await wizard.press(ENTER);
  expect(wizard.frame()).toContain("No server could be read");
  await wizard.tell({ type: "probe-row", row });
  await wizard.press(ENTER);
  expect(wizard.frame()).toContain("4/10 What should each server become?");
});

test("a role is changed with a key and remembered with who and when", async () => {
  const wizard = open(answered);
  await wizard.press();
  await wizard.tell({ type: "probe-row", row });
  await wizard.tell({ type: "probe-done" });
  await wizard.press(ENTER);
  await wizard.tell({ type: "planned", plan: planWithVerdicts() });
  expect(wizard.frame()).toContain("6 empty disks");
  await wizard.press("v");
  expect(wizard.last()?.data.answers.overrides).toEqual([
    {
      server: "192.0.2.11",
      roles: ["storage", "service"],
      by: "ada",
      why: "chosen in the installer",
      at: "2026-01-01T00:00:00Z",
    },
  ]);
  expect(wizard.effects.at(-1)).toMatchObject({ type: "plan" });
});

test("a disk that holds data is released only by its whole phrase", async () => {
  const wizard = await atDisks();
  await wizard.press("w", "wipe S1 on two", ENTER);
  expect(wizard.frame()).toContain("Not the phrase");
  expect(wizard.last()?.data.answers.disks).toBeUndefined();
  await wizard.press(...Array.from("two", () => "\u007f"), "one", ENTER);
  expect(wizard.last()?.data.answers.disks?.wipe).toEqual([{ server: "one", serial: "S1", phrase: "wipe S1 on one" }]);
});

test("nothing begins before the site's name is typed", async () => {
  const wizard = await atDisks();
  await wizard.press(ENTER);
  await wizard.tell({ type: "planned", plan: planWithVerdicts() });
  await wizard.press(ENTER);
  expect(wizard.frame()).toContain("8/10 Begin?");
  await wizard.press("genf", ENTER);
  expect(wizard.frame()).toContain("nothing was begun");
  expect(wizard.effects.some((effect) => effect.type === "apply")).toBe(false);
  await wizard.press("\u007f", "eva", ENTER);
  expect(wizard.frame()).toContain("9/10 Applying the plan");
  expect(wizard.effects.filter((effect) => effect.type === "apply")).toHaveLength(1);
});

test("a refused plan goes no further", async () => {
  const wizard = await atDisks();
  await wizard.press(ENTER);
  const finding = {
    code: "PLAN_TOO_FEW_HOSTS",
    severity: "refusal" as const,
    message: "No storage.",
    hint: "Add one.",
    hosts: [],
  };
  await wizard.tell({ type: "planned", plan: { ...planWithVerdicts(), findings: [finding] } });
  await wizard.press(ENTER);
  expect(wizard.frame()).toContain("7/10");
  expect(wizard.frame()).toContain("The plan is refused: No storage.");
});

test("back keeps what was answered; a failure of the world is shown with its code", async () => {
  const wizard = await atDisks();
  await wizard.press(ESCAPE);
  expect(wizard.frame()).toContain("5/10 Services");
  await wizard.tell({
    type: "problem",
    error: { code: "SOME_CODE", kind: "environment", message: "The disk is full.", hint: "Make room." },
  });
  expect(wizard.frame()).toContain("SOME_CODE: The disk is full. Make room.");
});

test("no frame is wider or higher than the terminal", async () => {
  const wizard = await atDisks();
  for (const line of wizard.frame().split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  expect(wizard.frame().split("\n").length).toBeLessThanOrEqual(24);
});

async function atDisks() {
  const wizard = open(answered);
  await wizard.press();
  await wizard.tell({ type: "probe-row", row });
  await wizard.tell({ type: "probe-done" });
  await wizard.press(ENTER);
  await wizard.tell({ type: "planned", plan: planWithVerdicts() });
  await wizard.press(ENTER, ENTER);
  expect(wizard.frame()).toContain("6/10 Disks");
  return wizard;
}

function planWithVerdicts() {
  const plan = somePlan([someNode("one", "192.0.2.11", ["agent", "control-plane"]), someNode("two", "192.0.2.12")]);
  return {
    ...plan,
    verdicts: [
      {
        server: "one",
        address: "192.0.2.11",
        roles: ["storage" as const],
        proposed: ["storage" as const],
        reasons: [{ rule: "storage", words: "6 empty disks of 20 GB" }],
        confidence: 0.9,
        wouldChange: ["fewer than 2 empty disks: cpu"],
        override: null,
        adopted: false,
      },
    ],
    untouchedDisks: [{ host: "one", path: "/dev/sdb", serial: "S1", why: "holds ext4" }],
  };
}
