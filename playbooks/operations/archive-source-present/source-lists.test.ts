import { describe, expect, it } from "vitest";
import { parseSource, SourceLists, suggestedFile } from "./source-lists.ts";

const LINE = "deb http://archive.example/debian trixie main";

describe("source lists", () => {
  it("adds a source to a file of its own, once", () => {
    const lists = new SourceLists(new Map([["/etc/apt/sources.list", "# nothing\n"]]));
    lists.add(LINE, "/etc/apt/sources.list.d/x.list");
    lists.add(LINE, "/etc/apt/sources.list.d/y.list");
    expect(lists.texts().get("/etc/apt/sources.list.d/x.list")).toBe(`${LINE}\n`);
    expect(lists.texts().has("/etc/apt/sources.list.d/y.list")).toBe(false);
  });

  it("enables a source that is commented out, and removes only enabled ones", () => {
    const lists = new SourceLists(new Map([["/l", `#  ${LINE} # why\n#${LINE} contrib\n`]]));
    lists.add(LINE, "/other");
    expect(lists.texts().get("/l")).toBe(`${LINE} # why\n# ${LINE} contrib\n`);
    lists.remove(LINE);
    lists.remove(`${LINE} contrib`);
    expect(lists.texts().get("/l")).toBe(`# ${LINE} contrib\n`);
  });

  it("names a file after the address, without options, protocol and password", () => {
    expect(
      suggestedFile("deb [arch=amd64 signed-by=/k] https://me:pw@host.example/debian/ trixie main", undefined),
    ).toBe("host_example_debian.list");
    expect(suggestedFile(LINE, "mine")).toBe("mine.list");
  });

  it("knows what is no source", () => {
    expect(parseSource("nonsense here").valid).toBe(false);
    expect(parseSource("# deb x y z")).toMatchObject({ valid: true, enabled: false });
    expect(parseSource("deb   x  y   z # note")).toMatchObject({ source: "deb x y z", comment: "note" });
  });
});
