import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { camelCase, registryKinds, registrySource } from "../tooling/generate-registries.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("generated registries", () => {
  test.each(registryKinds.map((kind) => [kind.output, kind] as const))(
    "%s is current (npm run generate)",
    (output, kind) => {
      const file = join(ROOT, output);
      const source = registrySource(kind);
      expect(existsSync(file) ? readFileSync(file, "utf8") : null).toBe(source);
    },
  );
  test("a kind without members has no module", () => {
    const kind = {
      folder: "x",
      door: "x.ts",
      output: "x/registry.ts",
      list: "xs",
      type: "X",
      typeModule: "./x.ts",
      title: "",
    };
    expect(registrySource(kind)).toBe(null);
  });
  test("a folder's export is its name in camelCase", () => {
    expect(camelCase("operating-system")).toBe("operatingSystem");
    expect(camelCase("disks")).toBe("disks");
  });
});
