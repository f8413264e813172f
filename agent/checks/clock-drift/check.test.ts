import { describe, expect, it } from "vitest";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { clockDrift } from "./check.ts";

describe("clock-drift", () => {
  const at = (offsetMilliseconds: number, uncertaintyMilliseconds = 5) => ({
    offset: { offsetMilliseconds, uncertaintyMilliseconds },
  });
  it("reports both directions, with a way back", () => {
    const turns = judgedInTurn(clockDrift, [at(3), at(-700), at(400), at(200), at(3_600_000)]);
    expect(statusesOf(turns)).toEqual(["ok", "problem", "problem", "ok", "problem"]);
    expect(turns[1]?.[0]?.message).toContain("700 ms behind");
    expect(turns[4]?.[0]).toMatchObject({ severity: "critical", message: expect.stringContaining("60 min ahead") });
  });
  it("does not blame a slow network on the clock", () => {
    expect(statusesOf(judgedInTurn(clockDrift, [at(800, 900)]))).toEqual(["ok"]);
  });
  it("waits for the first answer", () => {
    expect(statusesOf(judgedInTurn(clockDrift, [{ offset: undefined }]))).toEqual(["ok"]);
  });
});
