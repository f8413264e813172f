import { describe, expect, it } from "vitest";
import { parseArgumentText } from "./argument-words.ts";

// What ansible-core 2.19 makes of the same texts.
describe("arguments as text", () => {
  it("decodes escapes of one letter and by number, and leaves others", () => {
    const found = parseArgumentText(String.raw`path=/a regexp='\b(.+)\x41' replace="\1"`, undefined);
    expect(Object.fromEntries(found ?? [])).toEqual({ path: "/a", regexp: "\b(.+)A", replace: "\\1" });
    expect(parseArgumentText(String.raw`regexp='\\b'`, undefined)?.get("regexp")).toBe("\\b");
  });

  it("keeps the line end of a block, joins continued lines, and takes options out", () => {
    const block = "echo a \\\n  b\necho c\n";
    expect(parseArgumentText(block, "_raw_params")?.get("_raw_params")).toBe("echo a b\necho c\n");
    const found = parseArgumentText("echo \\t chdir=/tmp", "_raw_params");
    expect(Object.fromEntries(found ?? [])).toEqual({ _raw_params: "echo \\t", chdir: "/tmp" });
  });
});
