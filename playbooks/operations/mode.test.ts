import { describe, expect, it } from "vitest";
import { chmodOperand, modeBits, modeText, parseMode } from "./mode.ts";

const apply = (argument: unknown, mode: number, directory = false, umask = 0o022) => {
  const wanted = parseMode(argument);
  if (wanted === undefined || wanted.kind === "invalid") return wanted?.details;
  return modeBits(wanted, { mode, directory, umask }).toString(8);
};

// Results as ansible-core's `_symbolic_mode_to_octal` gives them.
describe("modes", () => {
  it.each([
    ["0644", 0, false, "644"],
    ["0o2755", 0, false, "2755"],
    [420, 0, false, "644"],
    ["u=rwX,g=rX,o=", 0o644, false, "640"],
    ["u=rwX,g=rX,o=", 0o644, true, "750"],
    ["u=rwX,g=rX,o=", 0o755, false, "750"],
    ["+x", 0o644, false, "755"],
    ["+w", 0o444, false, "644"],
    ["a+w", 0o444, false, "666"],
    ["go-rwx", 0o777, false, "700"],
    ["g=u", 0o740, false, "770"],
    ["u+s,g+s,+t", 0o755, true, "7755"],
    ["=", 0o777, false, "0"],
    ["g=rx", 0o2755, true, "755"],
    ["u+x-w", 0o600, false, "500"],
  ])("%s on %i", (argument, mode, directory, expected) => {
    expect(apply(argument, mode, directory)).toBe(expected);
  });

  it.each(["rwx", "u~x", "09", "17777", "u=rw g=r"])("refuses %s", (text) => {
    expect(parseMode(text)).toMatchObject({ kind: "invalid" });
  });

  it("is written as Ansible and as chmod want it", () => {
    expect([modeText(0o644), modeText(0), modeText(0o1777), chmodOperand(0o755)]).toEqual([
      "0644",
      "0000",
      "01777",
      "00755",
    ]);
  });
});
