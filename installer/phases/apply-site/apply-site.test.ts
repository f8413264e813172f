import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSite } from "#inventory/site-directory/site-directory.ts";
import { someAnswers, somePlan } from "#test/fakes/plan.ts";
import { applySite } from "./apply-site.ts";

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
