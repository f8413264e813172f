import { expect, it } from "vitest";
import { parseRepositories, shownRepositories, writtenRepositories } from "./repository-file.ts";

it("reads and writes sections as RawConfigParser does", () => {
  const text = "# lost\n[b]\nName=B\nbaseurl = http://a\n\thttp://b\n\n[a]\nenabled : 1\n";
  const file = parseRepositories(text);
  expect(writtenRepositories(file)).toBe("[b]\nname = B\nbaseurl = http://a\n\thttp://b\n\n[a]\nenabled = 1\n\n");
  expect(shownRepositories(file)).toBe("[a]\nenabled = 1\n\n[b]\nbaseurl = http://a\nhttp://b\nname = B\n\n");
  expect(parseRepositories(writtenRepositories(file))).toEqual(file);
  expect(parseRepositories("garbage\u0000\n= x\n").size).toBe(0);
});
