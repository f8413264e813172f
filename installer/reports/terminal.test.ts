import { expect, test } from "vitest";
import { visible } from "./terminal.ts";

test("lines and colours stay, what else a terminal obeys does not", () => {
  expect(visible("\u001b[31mred\u001b[39m\n\tindented")).toBe("\u001b[31mred\u001b[39m\n\tindented");
  expect(visible("a\u001b[2Jb\u001b]0;title\u0007c\rd\u009b5me\u202ef\u0000")).toBe("a[2Jb]0;titlecd5mef");
});
