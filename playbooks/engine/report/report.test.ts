import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reportLines } from "./text-report.ts";
import { unifiedDiff } from "./unified-diff.ts";

const cases = JSON.parse(readFileSync(new URL("cases/diffs.json", import.meta.url), "utf8")) as readonly {
  readonly before: string;
  readonly after: string;
  readonly diff: string;
}[];

/** Recorded from Python's difflib.unified_diff. */
test.each(cases.map((one, index) => [index, one] as const))(
  "diff %i is difflib's",
  (_index, { before, after, diff }) => {
    expect(unifiedDiff(before, after, "before", "after")).toBe(diff);
  },
);

describe("text report", () => {
  const about = { play: "P", task: "T", step: "s", handler: false, host: "h", durationMilliseconds: 1 };

  test("results in Ansible's words", () => {
    expect(reportLines({ type: "task-result", ...about, status: "changed", result: { changed: true } })).toEqual([
      "changed: [h]",
    ]);
    expect(
      reportLines({ type: "task-result", ...about, status: "ignored", result: { failed: true, msg: "no" } }),
    ).toEqual(['fatal: [h]: FAILED! => {"msg":"no"}', "...ignoring"]);
    const results = [
      { item: "a", ansible_loop_var: "item", changed: true },
      { item: { k: 1 }, ansible_loop_var: "item", _ansible_item_label: "one", skipped: true },
    ];
    expect(reportLines({ type: "task-result", ...about, status: "changed", result: { results } })).toEqual([
      "changed: [h] => (item=a)",
      "skipping: [h] => (item=one)",
    ]);
  });

  test("recap", () => {
    const counts = { ok: 12, changed: 3, unreachable: 0, failed: 1, skipped: 0, rescued: 0, ignored: 0 };
    expect(reportLines({ type: "recap", hosts: { web: counts } })).toContain(
      "web                        : ok=12   changed=3    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   ",
    );
  });
});
