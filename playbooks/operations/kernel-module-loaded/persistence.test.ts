import { describe, expect, it } from "vitest";
import { persistence } from "./persistence.ts";

const files = [
  { path: "/etc/modules-load.d/old.conf", text: "# c\ndummy # here\n" },
  { path: "/etc/modprobe.d/old.conf", text: "options dummy numdummies=1\noptions other x=1\n" },
];

describe("what is loaded at start", () => {
  it("is written where it is missing, and old parameters are commented out", () => {
    expect(persistence("dummy", "numdummies=2", true, files)).toEqual([
      { path: "/etc/modprobe.d/old.conf", text: "#options dummy numdummies=1\noptions other x=1\n" },
      { path: "/etc/modprobe.d/dummy.conf", text: "options dummy numdummies=2\n" },
    ]);
    expect(persistence("new", "", true, files)).toEqual([{ path: "/etc/modules-load.d/new.conf", text: "new\n" }]);
    expect(persistence("dummy", "numdummies=1", true, files)).toEqual([]);
  });

  it("is commented out where it shall not be", () => {
    expect(persistence("dummy", "", false, files).map((file) => file.text)).toEqual([
      "# c\n#dummy # here\n",
      "#options dummy numdummies=1\noptions other x=1\n",
    ]);
    expect(persistence("du.my", "", false, files)).toEqual([]);
  });
});
