import { describe, expect, it } from "vitest";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { rebootRequired } from "./check.ts";

describe("reboot-required", () => {
  it("names the packages that ask", () => {
    const turns = judgedInTurn(rebootRequired, [
      { required: false, packages: [] },
      { required: true, packages: ["linux-image-amd64"] },
    ]);
    expect(statusesOf(turns)).toEqual(["ok", "problem"]);
    expect(turns[1]?.[0]?.message).toContain("linux-image-amd64");
  });
});
