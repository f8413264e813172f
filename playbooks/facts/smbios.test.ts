import { expect, test } from "vitest";
import { numberAt, smbiosStructures, stringAt } from "./smbios.ts";

// Type 1 with two strings, then type 127, the end.
const TABLE = "01 08 01 00 01 02 ff 7f 41 63 6d 65 00 42 00 00 7f 04 7f 00 00 00";

test("structures, their strings and numbers", () => {
  const [system, end, ...more] = smbiosStructures(TABLE);
  if (system === undefined) throw new Error("no structure was read");
  expect([system.type, end?.type, more]).toEqual([1, 127, []]);
  expect([stringAt(system, 4), stringAt(system, 5), stringAt(system, 6)]).toEqual(["Acme", "B", null]);
  expect([numberAt(system, 6, 2), numberAt(system, 6, 4)]).toEqual([0x7fff, null]);
});

test("a table that ends early gives what is whole", () => {
  const bytes = TABLE.split(" ");
  for (let length = 0; length < bytes.length; length++) {
    const read = smbiosStructures(bytes.slice(0, length).join(" "));
    expect(read.map((structure) => structure.type)).toEqual(length >= 16 ? [1] : []);
  }
});

test("a structure shorter than its header ends the table", () => {
  expect(smbiosStructures("01 00 01 00 00 00 01 04 01 00 00 00")).toEqual([]);
});
