import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reportText } from "./testing.ts";
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

describe("the default output", () => {
  const about = { play: "P", task: "T", step: "s", handler: false, host: "h", durationMilliseconds: 1 };
  const result = (more: object) => reportText([{ type: "task-result", ...about, status: "ok", result: {}, ...more }]);

  test("results in Ansible's words", () => {
    expect(result({ status: "changed", result: { changed: true } })).toBe(
      `\nTASK [T] ${"*".repeat(71)}\nchanged: [h]\n`,
    );
    expect(result({ status: "ignored", result: { failed: true, msg: "no" } })).toContain(
      '[ERROR]: Task failed: Module failed: no\nfatal: [h]: FAILED! => {"msg": "no"}\n...ignoring\n',
    );
    expect(result({ module: "ansible.builtin.debug", result: { msg: "hi", changed: false } })).toContain(
      'ok: [h] => {\n    "msg": "hi"\n}\n',
    );
    expect(result({ status: "skipped", result: { skipped: true } })).toContain("\nskipping: [h]\n");
    expect(result({ delegate: "other" })).toContain("ok: [h -> other]\n");
  });

  test("items of a loop, and nothing more for the whole", () => {
    const items = [
      { status: "changed", result: { changed: true, item: "a" } },
      { status: "skipped", result: { skipped: true, item: new Map([["k", 1]]) } },
      { status: "failed", result: { failed: true, msg: "no", _ansible_item_label: "one" } },
    ] as const;
    const told = reportText([
      ...items.map((item) => ({ type: "item-result" as const, ...about, ...item })),
      { type: "task-result", ...about, status: "failed", looped: true, result: { failed: true, msg: "One or more" } },
    ]);
    expect(told).toContain("changed: [h] => (item=a)\nskipping: [h] => (item={'k': 1}) \n");
    expect(told).toContain('failed: [h] (item=one) => {"msg": "no"}\n');
    expect(told).not.toContain("One or more");
  });

  test("recap", () => {
    const counts = { ok: 12, changed: 3, unreachable: 0, failed: 1, skipped: 0, rescued: 0, ignored: 0 };
    expect(reportText([{ type: "recap", hosts: { web: counts } }])).toBe(
      `\nPLAY RECAP ${"*".repeat(69)}\nweb                        : ok=12   changed=3    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   \n\n`,
    );
  });
});

test.each(["default", "minimal", "oneline"] as const)(
  "the %s output tells a lost host from an unknown outcome",
  (name) => {
    const about = { play: "P", task: "T", step: "s", handler: false, host: "h", durationMilliseconds: 1 };
    const told = (status: "unreachable" | "unknown") =>
      reportText([{ type: "task-result", ...about, status, result: { msg: "gone" } }], {}, 0, name);
    expect(told("unreachable")).toMatch(/h\b.* UNREACHABLE!/);
    expect(told("unknown")).toMatch(/h\b.* OUTCOME UNKNOWN!/);
    expect(told("unknown")).not.toContain("UNREACHABLE");
  },
);
