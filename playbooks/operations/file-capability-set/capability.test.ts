import { expect, it } from "vitest";
import { parseCapability, parseGetcap } from "./capability.ts";

it("reads what getcap prints, old and new", () => {
  const expected = [
    { name: "cap_chown", operator: "=", flags: "ep" },
    { name: "cap_kill", operator: "=", flags: "ep" },
  ];
  expect(parseGetcap("/x cap_chown,cap_kill=ep\n", "/x")).toEqual(expected);
  expect(parseGetcap("/x = cap_chown,cap_kill+ep\n", "/x")?.map((one) => one.operator)).toEqual(["+", "+"]);
  expect(parseGetcap("/x\n", "/x")).toEqual([]);
  expect(parseGetcap("/x (No such file or directory)", "/x")).toBeUndefined();
  expect(parseCapability("garbage")).toBeUndefined();
});
