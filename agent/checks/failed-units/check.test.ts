import { describe, expect, it } from "vitest";
import { judgedInTurn } from "../judging-for-tests.ts";
import { failedUnits } from "./check.ts";

describe("failed-units", () => {
  it("names each failed unit, and bounds the list", () => {
    const many = Array.from({ length: 100 }, (_, index) => `job-${index}.service`);
    const turns = judgedInTurn(failedUnits, [
      { failed: [], watched: {} },
      { failed: ["slurmd.service"], watched: {} },
      { failed: many, watched: {} },
    ]);
    expect(turns[0]).toMatchObject([{ subject: "", status: "ok" }]);
    expect(turns[1]).toMatchObject([{ subject: "slurmd.service", status: "problem" }]);
    expect(turns[1]?.[0]?.hint).toContain("journalctl -b -u slurmd.service");
    expect(turns[2]).toHaveLength(30);
  });
});
