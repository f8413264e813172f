import { expect, it } from "vitest";
import { missingLocales, withLocales } from "./locale-list.ts";

it("finds what is missing and edits only its own lines", () => {
  const known = { supported: "de_CH.UTF-8 UTF-8\n", made: "C\nen_US.utf8\n" };
  expect(missingLocales(["de_CH.UTF-8", "en_US.UTF-8", "xx.UTF-8"], known)).toEqual(["xx.UTF-8"]);
  const list = "# comment\n# de_CH.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\n";
  expect(withLocales(list, ["de_CH.UTF-8"], true)).toBe("# comment\nde_CH.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\n");
  expect(withLocales(list, ["en_US.UTF-8"], false)).toContain("\n# en_US.UTF-8 UTF-8\n");
});
