import { describe, expect, it } from "vitest";
import { isRunning } from "./status.ts";

describe("whether a service runs", () => {
  it.each([
    ["web is running\n", 0, false, true],
    ["web is not running\n", 3, false, false],
    ["stopped\n", 0, false, false],
    ["", 0, false, true],
    ["", 3, true, false],
    ["", 7, true, true],
    ["many\nlines\nrunning\n", 4, false, false],
    ["\u0000\n", 250, false, false],
  ])("%j with status %i", (said, status, hasProcess, expected) => {
    expect(isRunning("web", said, status, hasProcess)).toBe(expected);
  });
});
