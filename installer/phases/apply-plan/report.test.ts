import { expect, test } from "vitest";
import type { ApplyEvent } from "./events.ts";
import { reportLines } from "./report.ts";

test("nothing that a terminal would obey comes through from a host", () => {
  const evil = "\u001b[2J\u001b]0;owned\u0007\u009b1A\u202e";
  const event: ApplyEvent = {
    type: "engine",
    phase: "provision-baseline",
    event: {
      type: "task-result",
      play: "play",
      task: "task",
      step: "step",
      handler: false,
      host: "one",
      status: "failed",
      result: { changed: false, failed: true, msg: `no ${evil} way` },
      differences: [{ before: evil, after: "", beforeHeader: evil, afterHeader: evil }],
      durationMilliseconds: 1,
    },
  };
  const lines = reportLines(event, { verbose: false, drawDifference: (one) => [`-${String(one.before)}`] });
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/no .* way/);
  expect(lines.join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test("a prediction is not told as if it had been done", () => {
  const end = (check: boolean): ApplyEvent => ({
    ...{ type: "run-end", run: "r1", check, changed: true, problems: [], exitCode: 0 },
    hosts: { one: { status: "changed", changes: 3 } },
  });
  const told = (check: boolean) => reportLines(end(check), { verbose: false });
  expect(told(true)).toEqual([
    "",
    "HOST  RESULT        CHANGES  WHAT NEXT",
    "one   would change        3  nothing",
    "",
    "Nothing was changed: this is what an apply would do.",
  ]);
  expect(told(false).slice(2)).toEqual(["one   changed             3  nothing", "", "Done."]);
});
