import { describe, expect, it } from "vitest";
import { checks } from "./registry.ts";

describe("every check", () => {
  it.each(checks.map((check) => [check.name, check] as const))("%s says what it is", (name, check) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    for (const code of check.codes) expect(code).toMatch(/^AGENT_[A-Z]+(_[A-Z]+)*$/);
    const names = checks.map((other) => other.name);
    expect(names).toEqual(expect.arrayContaining([...check.dependsOn]));
    expect(check.dependsOn).not.toContain(name);
  });

  it("has codes of its own", () => {
    const codes = checks.flatMap((check) => check.codes);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
