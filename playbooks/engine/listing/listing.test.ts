import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askOurs, inFolder, type ListingCase } from "./testing.ts";

interface Recorded {
  readonly version: string;
  /** Exit code and SHA-256 of the output of every call of every case. */
  readonly outcomes: Readonly<Record<string, readonly (readonly [code: number, sha256: string])[]>>;
}

function readCase<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, "cases", name), "utf8")) as T;
}

const cases = readCase<readonly ListingCase[]>("inventories.json");
const recorded = readCase<Recorded>("ansible-core-2.19.json");

describe("what ansible-inventory printed, byte for byte", () => {
  test.each(cases)("$name", async ({ name, files, calls, environment }) => {
    const outcomes = recorded.outcomes[name] ?? [];
    expect(outcomes).toHaveLength(calls.length);
    await inFolder({ ".keep": "", ...files }, async (folder) => {
      for (const [index, words] of calls.entries()) {
        const { code, output, errors } = await askOurs(folder, words, environment);
        const sha256 = createHash("sha256").update(output).digest("hex").slice(0, 16);
        expect([code, sha256], `${words.join(" ")}\n${output}${errors}`).toEqual(outcomes[index]);
      }
    });
  });
});

describe("what a person is told", () => {
  test("a YAML error names file, line and column", async () => {
    await inFolder({ "h.yml": "all:\n  hosts: [\n" }, async (folder) => {
      const { errors } = await askOurs(folder, ["-i", "h.yml", "--list"]);
      expect(errors).toMatch(/\[WARNING\]: Failed to parse inventory with 'yaml' plugin: .*h\.yml:3:1/);
      expect(errors).toContain("Unable to parse");
    });
  });

  test("a secret of the vault is not told by its error", async () => {
    await inFolder({ hosts: "a\n", "host_vars/a.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n" }, async (folder) => {
      const { code, errors } = await askOurs(folder, ["-i", "hosts", "--list"]);
      expect(code).toBe(1);
      expect(errors).toContain("Attempting to decrypt but no vault secrets found");
    });
  });

  test("--output writes a file, and says which it cannot write", async () => {
    await inFolder({ hosts: "a\n" }, async (folder) => {
      const written = await askOurs(folder, ["-i", "hosts", "--list", "--output", "out.json"]);
      expect(written).toMatchObject({ code: 0, output: "" });
      expect(JSON.parse(readFileSync(join(folder, "out.json"), "utf8"))).toMatchObject({ ungrouped: { hosts: ["a"] } });
      const failed = await askOurs(folder, ["-i", "hosts", "--list", "--output", "no/out.json"]);
      expect(failed.code).toBe(1);
      expect(failed.errors).toContain("Unable to write to destination file");
    });
  });
});
