import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../kernel/secret.ts";
import { decryptVault, encryptVault, isVaultText, vaultIdOf } from "./ansible-vault.ts";

interface Case {
  readonly name: string;
  readonly password: string;
  readonly id: string | null;
  readonly plaintext: string;
  readonly ciphertext: string;
}

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, "cases/ansible-core-2.19.json"), "utf8")) as {
  readonly cases: readonly Case[];
};
const password = new Secret("correct horse battery staple");

describe("decryptVault", () => {
  it.each(recorded.cases)("reads what ansible-vault wrote: $name", async (one) => {
    expect(await decryptVault(one.ciphertext, new Secret(one.password))).toBe(one.plaintext);
    expect(vaultIdOf(one.ciphertext) ?? null).toBe(one.id);
  });

  it("refuses a wrong password by name", async () => {
    const text = await encryptVault("a: 1\n", password);
    await expect(decryptVault(text, new Secret("wrong"))).rejects.toMatchObject({
      code: "INVENTORY_VAULT_WRONG_PASSWORD",
      kind: "user",
    });
  });

  it("refuses a text with any one digit altered", async () => {
    const text = await encryptVault("a: 1\n", password);
    const start = text.indexOf("\n") + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: start, max: text.length - 2 }), async (at) => {
        const digit = text[at] === "3" ? "6" : "3";
        if (text[at] === "\n") return;
        const altered = text.slice(0, at) + digit + text.slice(at + 1);
        await expect(decryptVault(altered, password)).rejects.toMatchObject({
          code: expect.stringMatching(/^INVENTORY_VAULT_(WRONG_PASSWORD|MALFORMED)$/),
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["nothing", ""],
    ["plain YAML", "a: 1\n"],
    ["a header alone", "$ANSIBLE_VAULT;1.1;AES256\n"],
    ["another cipher", "$ANSIBLE_VAULT;1.1;AES\n3132\n"],
    ["another version", "$ANSIBLE_VAULT;1.0;AES256\n3132\n"],
    ["no hexadecimal", "$ANSIBLE_VAULT;1.1;AES256\nzz\n"],
    ["one part only", "$ANSIBLE_VAULT;1.1;AES256\n3132\n"],
  ])("calls %s malformed", async (_name, text) => {
    await expect(decryptVault(text, password)).rejects.toMatchObject({ code: "INVENTORY_VAULT_MALFORMED" });
  });
});

describe("encryptVault", () => {
  it("writes what it can read, whatever the text and the password", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string({ minLength: 1 }), async (text, word) => {
        const written = await encryptVault(text, new Secret(word));
        expect(isVaultText(written)).toBe(true);
        expect(await decryptVault(written, new Secret(word))).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it("salts anew and keeps lines to 80 characters", async () => {
    const [one, two] = [await encryptVault("same", password), await encryptVault("same", password)];
    expect(one).not.toBe(two);
    expect(Math.max(...one.split("\n").map((line) => line.length))).toBe(80);
  });

  it("writes format 1.2 with an id", async () => {
    const text = await encryptVault("same", password, "production");
    expect(text.split("\n")[0]).toBe("$ANSIBLE_VAULT;1.2;AES256;production");
    expect(await decryptVault(text, password)).toBe("same");
  });
});
