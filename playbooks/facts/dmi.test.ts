import { expect, test } from "vitest";
import { isPlaceholder } from "./dmi.ts";

test.each([
  "To be filled by O.E.M.",
  "Default string",
  "0000000000",
  "........",
  "Not Specified",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "N/A",
  " ",
])("%j says nothing", (text) => {
  expect(isPlaceholder(text)).toBe(true);
});

test.each(["7XK2P04", "0000X1", "PowerEdge R760xd2", "1", "fab", "00-11", "Default string 2"])(
  "%j says something",
  (text) => {
    expect(isPlaceholder(text)).toBe(false);
  },
);
