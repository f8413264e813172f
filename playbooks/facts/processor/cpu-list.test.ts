import { expect, test } from "vitest";
import { cpuList } from "./cpu-list.ts";

test.each([
  ["0-3,8", [0, 1, 2, 3, 8]],
  ["5", [5]],
  ["", null],
  ["3-1", null],
  ["0-99999", null],
  ["0,,1", null],
])("%j is %j", (text, numbers) => {
  expect(cpuList(text)).toEqual(numbers);
});
