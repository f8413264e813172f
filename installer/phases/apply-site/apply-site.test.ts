import { mkdirSync, mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSite, type SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { someAnswers, somePlan } from "#test/fakes/plan.ts";
import type { ApplyEvent } from "../apply-plan/events.ts";
import { type ApplySiteInput, applySite } from "./apply-site.ts";

test("an apply that cannot begin gives the site's lock back, so that the same process can try again", async () => {
  const site = openSite(mkdtempSync(join(tmpdir(), "bdap-apply-site-")));
  await site.writeAnswers(someAnswers);
  await site.writePlan(somePlan());
  // A folder where the journal should be: it cannot be opened.
  mkdirSync(site.paths.journal);
  const input = {
    site,
    packageRoot: "/nowhere",
    options: { check: false, diff: false, tags: [], skipTags: [], forks: 1, engine: "native" as const },
    takeOver: false,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  };
  await expect(applySite(input)).rejects.toMatchObject({ code: "EISDIR" });
  expect(await site.readLock()).toBeUndefined();
});

/** An apply that stops by itself when the named phase begins. */
function untilPhase(phase: string, site: SiteDirectory): ApplySiteInput & { readonly events: ApplyEvent[] } {
  const events: ApplyEvent[] = [];
  const stop = new AbortController();
  return {
    site,
    packageRoot: join(import.meta.dirname, "../../.."),
    options: { check: false, diff: false, tags: [], skipTags: [], forks: 1, engine: "native" },
    takeOver: false,
    signal: stop.signal,
    events,
    onEvent: (event) => {
      events.push(event);
      if (event.type === "phase-start" && event.phase === phase) stop.abort();
    },
  };
}

test("a plan that was written while another apply held the site is the one that is applied", async () => {
  const site = openSite(mkdtempSync(join(tmpdir(), "bdap-apply-site-")));
  await site.writeAnswers(someAnswers);
  await site.writePlan(somePlan());
  const newer = { ...somePlan(), id: "1".repeat(64) };
  const slow: SiteDirectory = {
    ...site,
    lock: async (request) => {
      await site.writePlan(newer);
      return site.lock(request);
    },
  };
  const input = untilPhase("make-credentials", slow);
  expect((await applySite(input)).exitCode).toBe(130);
  expect(input.events[0]).toMatchObject({ type: "run-start", plan: newer.id });
});

test("an account changed in site.yml since the plan is the one that is logged in with", async () => {
  const site = openSite(mkdtempSync(join(tmpdir(), "bdap-apply-site-")));
  await site.writePlan(somePlan());
  await site.writeAnswers({ ...someAnswers, access: { user: "ops", port: 2222 } });
  expect((await applySite(untilPhase("provision-baseline", site))).exitCode).toBe(130);
  const inventory = await readFile(site.paths.inventory, "utf8");
  expect(inventory.match(/ansible_user: .*/g)).toEqual(["ansible_user: ops", "ansible_user: ops"]);
  expect(inventory.match(/ansible_port: .*/g)).toEqual(["ansible_port: 2222", "ansible_port: 2222"]);
});
