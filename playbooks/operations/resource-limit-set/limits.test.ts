import { describe, expect, it } from "vitest";
import { withLimit, wrongValue } from "./limits.ts";

const wish = { domain: "@sci", type: "soft", item: "nofile", value: "1024", comment: "", keep: undefined, path: "/l" };
const OLD = "# head\n@sci soft nofile 512 # why\nroot\thard\tcore\t0\n";

describe("limits", () => {
  it("adds at the end, changes in place, and keeps an old comment", () => {
    expect(withLimit("", wish)).toEqual({
      text: "@sci\tsoft\tnofile\t1024\n",
      changed: true,
      line: "@sci\tsoft\tnofile\t1024\n",
    });
    expect(withLimit(OLD, wish)).toMatchObject({
      changed: true,
      text: expect.stringContaining("@sci\tsoft\tnofile\t1024\t# why\n"),
    });
    expect(withLimit(OLD, { ...wish, value: "512" })).toEqual({
      text: OLD,
      changed: false,
      line: "@sci soft nofile 512 # why\n",
    });
  });

  it("keeps the higher or the lower one when asked", () => {
    expect(withLimit(OLD, { ...wish, value: "9", keep: "higher" })).toMatchObject({ changed: false });
    expect(withLimit(OLD, { ...wish, value: "unlimited", keep: "higher" })).toMatchObject({ changed: true });
    expect(withLimit(OLD, { ...wish, value: "9", keep: "lower" })).toMatchObject({
      line: expect.stringContaining("\t9\t"),
    });
  });

  it("refuses what is no limit, in the file too", () => {
    expect(wrongValue("nice", "30")).toContain("-20 to 19");
    expect(wrongValue("nofile", "many")).toContain("'many'");
    expect(wrongValue("nofile", "-1")).toBeUndefined();
    expect(withLimit("x soft nofile lots\n", wish)).toMatchObject({
      failure: expect.stringContaining("Invalid configuration"),
    });
  });
});
