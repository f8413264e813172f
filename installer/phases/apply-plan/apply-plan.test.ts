import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "#inventory/kernel/clock.ts";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { openSite } from "#inventory/site-directory/site-directory.ts";
import { someAnswers, somePlan } from "#test/fakes/plan.ts";
import { runCredentials } from "../apply-site/run-credentials.ts";
import type { HostOutcome, Phase, PhaseInput } from "../phase.ts";
import { everyNode } from "../plan-nodes.ts";
import { applyPlan } from "./apply-plan.ts";
import type { ApplyEvent } from "./events.ts";
import type { ApplyInput, ApplyOutcome } from "./run.ts";

interface Trial {
  readonly outcome: ApplyOutcome;
  readonly events: readonly ApplyEvent[];
  readonly journal: readonly Record<string, unknown>[];
}

async function apply(path: string, phases: readonly Phase[], changes: Partial<ApplyInput> = {}): Promise<Trial> {
  const site = openSite(path);
  const journal = await site.openJournal();
  const events: ApplyEvent[] = [];
  const outcome = await applyPlan(phases, {
    site,
    answers: someAnswers,
    plan: somePlan(),
    services: [],
    packageRoot: "/nowhere",
    rendered: site.paths.rendered,
    inventory: site.paths.inventory,
    credentials: runCredentials(new Map()),
    options: { check: false, diff: false, tags: [], skipTags: [], forks: 5, engine: "native" },
    limitedTo: ["one", "two"],
    by: "ada@desk",
    journal,
    onEvent: (event) => events.push(event),
    signal: new AbortController().signal,
    clock: systemClock,
    ...changes,
  });
  await journal.close();
  return { outcome, events, journal: await site.readJournal() };
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), "bdap-apply-"));
}

/** A phase that gives every host the outcome named for it, `done` otherwise, and notes what it was given. */
function phase(name: string, outcomes: Readonly<Record<string, HostOutcome>> = {}, needs: readonly string[] = []) {
  const inputs: PhaseInput[] = [];
  const made: Phase = {
    name,
    title: `Title of ${name}`,
    destructive: false,
    secondsPerHost: 0,
    needs,
    nodes: everyNode,
    run: async (input) => {
      inputs.push(input);
      const hosts = Object.fromEntries(
        input.hosts.map((host) => [host, outcomes[host] ?? { status: "done" as const }]),
      );
      return { hosts, changed: Object.values(hosts).some((outcome) => outcome.status === "changed") };
    },
  };
  return { phase: made, inputs };
}

const failure: HostOutcome = {
  status: "failed",
  cause: { code: "SOME_CODE", kind: "environment", message: "The disk is full.", hint: "Make room." },
};

test("all done: nothing changed, exit 0, every phase in the journal", async () => {
  const { outcome, journal } = await apply(folder(), [phase("first").phase, phase("second").phase]);
  expect(outcome).toMatchObject({ exitCode: 0, changed: false, problems: [] });
  expect(outcome.hosts).toEqual({ one: { status: "done", changes: 0 }, two: { status: "done", changes: 0 } });
  expect(journal.map((record) => record["type"])).toEqual([
    "run-start",
    "phase-start",
    "phase-end",
    "phase-start",
    "phase-end",
    "run-end",
  ]);
});

test("a host that fails is left out of later phases, the others go on", async () => {
  const second = phase("second");
  const { outcome } = await apply(folder(), [phase("first", { two: failure }).phase, second.phase]);
  expect(second.inputs[0]?.hosts).toEqual(["one"]);
  expect(outcome.exitCode).toBe(3);
  expect(outcome.hosts["two"]).toMatchObject({ status: "failed", phase: "first", cause: { code: "SOME_CODE" } });
  expect(outcome.hosts["one"]).toMatchObject({ status: "done" });
});

test("a phase that needs one that failed somewhere does not begin, and says why", async () => {
  const second = phase("second", {}, ["first"]);
  const third = phase("third");
  const { outcome, events } = await apply(folder(), [
    phase("first", { two: failure }).phase,
    second.phase,
    third.phase,
  ]);
  expect(second.inputs).toHaveLength(0);
  expect(third.inputs).toHaveLength(1);
  expect(outcome.problems).toMatchObject([{ code: "INSTALLER_PHASE_BLOCKED" }]);
  expect(events).toContainEqual({ type: "phase-blocked", phase: "second", title: "Title of second", by: ["first"] });
});

test("a phase that throws is a problem of the run, not the end of it", async () => {
  const broken: Phase = {
    ...phase("broken").phase,
    run: () =>
      Promise.reject(new ApplianceError({ code: "SOME_PROBLEM", kind: "environment", message: "No.", hint: "Do." })),
  };
  const after = phase("after");
  const { outcome } = await apply(folder(), [broken, after.phase]);
  expect(outcome.problems).toMatchObject([{ code: "SOME_PROBLEM" }]);
  expect(outcome.exitCode).toBe(3);
  expect(after.inputs).toHaveLength(1);
});

test("a limited run touches only its hosts", async () => {
  const only = phase("first");
  const { outcome } = await apply(folder(), [only.phase], { limitedTo: ["two"] });
  expect(only.inputs[0]?.hosts).toEqual(["two"]);
  expect(Object.keys(outcome.hosts)).toEqual(["two"]);
});

test("a run that was broken off is named by the next one, with the step it had reached", async () => {
  const path = folder();
  const site = openSite(path);
  const journal = await site.openJournal();
  const run = { run: "r1", time: "2026-01-01T00:00:00.000Z" };
  await journal.append({ type: "run-start", ...run, plan: "p", by: "ada@desk", resumed: null });
  await journal.append({ type: "phase-start", ...run, phase: "first" });
  await journal.append({
    type: "step",
    ...run,
    phase: "first",
    step: "s",
    task: "Packages",
    host: "two",
    status: "changed",
  });
  await journal.close();
  const { events } = await apply(path, [phase("first").phase]);
  expect(events[0]).toMatchObject({ resumed: { run: "r1", phase: "first", step: "Packages", host: "two" } });
  const again = await apply(path, [phase("first").phase]);
  expect(again.events[0]).toMatchObject({ resumed: null });
});

test("a handler that was notified and never ran is owed to the next run, until it ran", async () => {
  const path = folder();
  const owed = { play: "Some play", handler: "Restart it", host: "two" };
  const notifying: Phase = {
    ...phase("first").phase,
    run: async (input) => {
      await input.onEvent({ type: "handler-notified", ...owed });
      throw new Error("the machine lost power here");
    },
  };
  await apply(path, [notifying]);
  const second = phase("first");
  await apply(path, [second.phase]);
  expect(second.inputs[0]?.pendingHandlers).toEqual([owed]);
  const running: Phase = {
    ...phase("first").phase,
    run: async (input) => {
      await input.onEvent({ type: "handler-done", ...owed });
      return { hosts: {}, changed: true };
    },
  };
  await apply(path, [running]);
  const last = phase("first");
  await apply(path, [last.phase]);
  expect(last.inputs[0]?.pendingHandlers).toEqual([]);
});

test("stopped on request: later phases do not begin, exit 130, the journal says so", async () => {
  const controller = new AbortController();
  const stopping: Phase = {
    ...phase("first").phase,
    run: async () => {
      controller.abort();
      return { hosts: {}, changed: true };
    },
  };
  const after = phase("after");
  const { outcome, journal } = await apply(folder(), [stopping, after.phase], { signal: controller.signal });
  expect(outcome.exitCode).toBe(130);
  expect(after.inputs).toHaveLength(0);
  expect(journal.at(-1)).toMatchObject({ type: "run-end", outcome: "cancelled" });
});

test("a torn last line of the journal is no obstacle", async () => {
  const path = folder();
  await apply(path, [phase("first").phase]);
  const file = openSite(path).paths.journal;
  const { appendFileSync } = await import("node:fs");
  appendFileSync(file, '{"type":"run-st');
  const { outcome } = await apply(path, [phase("first").phase]);
  expect(outcome.exitCode).toBe(0);
  expect(readFileSync(file, "utf8")).not.toContain("run-st{");
});
