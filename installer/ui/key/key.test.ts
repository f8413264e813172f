import type { Key as InkKey } from "ink";
import { expect, test } from "vitest";
import { keysOf } from "./key.ts";

const none = {} as InkKey;

test("one character is one key", () => {
  expect(keysOf("x", none)).toEqual([{ name: "text", text: "x" }]);
  expect(keysOf("", { upArrow: true } as InkKey)).toEqual([{ name: "up" }]);
  expect(keysOf("c", { ctrl: true } as InkKey)).toEqual([{ name: "interrupt" }]);
  expect(keysOf("w", { ctrl: true } as InkKey)).toEqual([]);
});

test("keys that arrive together are taken apart", () => {
  expect(keysOf("geneva\r10.0.0.5\t\u007f", none)).toEqual([
    { name: "text", text: "geneva" },
    { name: "enter" },
    { name: "text", text: "10.0.0.5" },
    { name: "tab" },
    { name: "backspace" },
  ]);
});

test("control characters are never text", () => {
  expect(keysOf("a\u0000\u0007b", none)).toEqual([
    { name: "text", text: "a" },
    { name: "text", text: "b" },
  ]);
});
