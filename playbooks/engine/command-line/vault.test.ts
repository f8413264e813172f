import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { vaultProgram } from "./vault.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-vault-test-"));
  await file("pw", "one\n");
  await file("pw2", "two\n");
  await file("plain", "a: 1\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string, mode = 0o644): Promise<void> {
  await writeFile(join(folder, name), text);
  await chmod(join(folder, name), mode);
}

const content = (name: string) => readFile(join(folder, name), "utf8");

async function vault(
  words: readonly string[],
  more: { input?: string; answers?: string[]; environment?: Record<string, string>; columns?: number } = {},
) {
  const said = { output: "", errors: "" };
  const answers = [...(more.answers ?? [])];
  const text = (part: string | Uint8Array) => (typeof part === "string" ? part : Buffer.from(part).toString("utf8"));
  const code = await vaultProgram({
    program: "ansible-vault",
    words,
    around: {
      environment: { PATH: process.env["PATH"], ...more.environment },
      workingFolder: folder,
      homeFolder: folder,
    },
    terminal: {
      out: (part) => {
        said.output += text(part);
      },
      error: (part) => {
        said.errors += part;
      },
      columns: more.columns,
      isInteractive: false,
      ask: () => {
        const answer = answers.shift();
        return answer === undefined ? Promise.reject(new RangeError("the input has ended")) : Promise.resolve(answer);
      },
      input: () => Promise.resolve(more.input ?? ""),
      inputBytes: () => Promise.resolve(Buffer.from(more.input ?? "")),
    },
    signal: new AbortController().signal,
  });
  return { code, ...said };
}

describe("files", () => {
  test("encrypt, view, rekey, decrypt; private once locked", async () => {
    expect(await vault(["encrypt", "--vault-id", "lab@pw", "plain"])).toMatchObject({ code: 0, output: "" });
    expect((await content("plain")).split("\n")[0]).toBe("$ANSIBLE_VAULT;1.2;AES256;lab");
    expect((await stat(join(folder, "plain"))).mode & 0o777).toBe(0o600);
    expect((await vault(["view", "--vault-password-file", "pw", "plain"])).output).toBe("a: 1\n");
    await chmod(join(folder, "plain"), 0o640);
    const rekey = ["rekey", "--vault-password-file", "pw", "--new-vault-password-file", "pw2", "plain"];
    expect(await vault(rekey)).toMatchObject({ code: 0, errors: "Rekey successful\n" });
    expect((await stat(join(folder, "plain"))).mode & 0o777).toBe(0o640);
    expect((await vault(["decrypt", "--vault-password-file", "pw2", "plain", "--output", "-"])).output).toBe("a: 1\n");
    expect(await vault(["decrypt", "--vault-password-file", "pw2", "plain"])).toMatchObject({ code: 0 });
    expect(await content("plain")).toBe("a: 1\n");
    expect((await readdir(folder)).sort()).toEqual(["plain", "pw", "pw2"]);
  });

  test("edit writes back what changed, with the identity it had", async () => {
    await vault(["encrypt", "--vault-id", "lab@pw", "plain"]);
    const before = await content("plain");
    const environment = { EDITOR: "sed -i s/1/1/" };
    expect(await vault(["edit", "--vault-password-file", "pw", "plain"], { environment })).toMatchObject({ code: 0 });
    expect(await content("plain")).toBe(before);
    await vault(["edit", "--vault-password-file", "pw", "plain"], { environment: { EDITOR: "sed -i s/1/2/" } });
    expect((await content("plain")).split("\n")[0]).toBe("$ANSIBLE_VAULT;1.2;AES256;lab");
    expect((await vault(["view", "--vault-password-file", "pw", "plain"])).output).toBe("a: 2\n");
  });

  test("create needs a terminal and a file that is not there", async () => {
    const words = ["create", "--vault-password-file", "pw"];
    const environment = { EDITOR: "sh -c 'echo made > $0'" };
    expect((await vault([...words, "new"])).code).toBe(5);
    expect((await vault([...words, "--skip-tty-check", "plain"])).errors).toContain(
      "exists, please use 'edit' instead",
    );
    expect((await vault([...words, "sub/new"], { environment, columns: 80 })).code).toBe(0);
    expect((await vault(["view", "--vault-password-file", "pw", "sub/new"])).output).toBe("made\n");
  });

  test("the standard input and output", async () => {
    const { output } = await vault(["encrypt", "--vault-password-file", "pw"], { input: "secret" });
    expect(output).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    expect((await vault(["decrypt", "--vault-password-file", "pw"], { input: output })).output).toBe("secret");
  });
});

describe("passwords", () => {
  test("asked for twice when new, and refused when they differ", async () => {
    expect((await vault(["encrypt", "plain"], { answers: ["x", "y"] })).errors).toContain("Passwords do not match");
    expect((await vault(["encrypt", "plain"], { answers: [""] })).code).toBe(1);
    expect((await vault(["encrypt", "plain"])).errors).toContain("EOFError");
    expect(await content("plain")).toBe("a: 1\n");
    expect((await vault(["encrypt", "plain"], { answers: ["x", "x"] })).code).toBe(0);
    expect((await vault(["view", "--ask-vault-pass", "plain"], { answers: ["x"] })).output).toBe("a: 1\n");
  });

  test("programs print them; clients are told the identity", async () => {
    await file("print", "#!/bin/sh\necho one\n", 0o755);
    await file("key-client", '#!/bin/sh\n[ "$2" = lab ] && echo one || { echo unknown >&2; exit 2; }\n', 0o755);
    await vault(["encrypt", "--vault-password-file", "print", "plain"]);
    expect((await vault(["view", "--vault-id", "lab@key-client", "plain"])).output).toBe("a: 1\n");
    const unknown = await vault(["view", "--vault-id", "x@key-client", "plain"]);
    expect(unknown.code).toBe(1);
    expect(unknown.errors).toContain("did not find a secret for vault-id=x: unknown");
  });

  test("several: any may open, one must be named to lock; a file of them may be locked itself", async () => {
    await vault(["encrypt", "--vault-password-file", "pw", "pw2"]);
    const both = ["--vault-id", "a@pw", "--vault-id", "b@pw2"];
    expect((await vault(["encrypt", ...both, "plain"])).code).toBe(5);
    expect((await vault(["encrypt", ...both, "--encrypt-vault-id", "c", "plain"])).errors).toContain(
      "Did not find a match for --encrypt-vault-id=c in the known vault-ids ['a', 'b']",
    );
    expect((await vault(["encrypt", ...both, "--encrypt-vault-id", "b", "plain"])).code).toBe(0);
    expect((await vault(["view", ...both, "plain"])).output).toBe("a: 1\n");
    expect((await vault(["view", "--vault-id", "a@pw", "plain"])).code).toBe(1);
    const environment = { ANSIBLE_VAULT_ID_MATCH: "1" };
    expect((await vault(["view", "--vault-id", "c@pw", "plain"], { environment })).code).toBe(1);
  });

  test("the settings name them too; a missing one is warned about", async () => {
    const environment = { ANSIBLE_VAULT_IDENTITY_LIST: "gone@./nowhere, lab@pw" };
    const { code, errors } = await vault(["encrypt", "plain"], { environment });
    expect(code).toBe(0);
    expect(errors).toContain("[WARNING]: Error getting vault password file (gone)");
    expect((await vault(["view", "plain"], { environment: { ANSIBLE_VAULT_PASSWORD_FILE: "pw" } })).output).toBe(
      "a: 1\n",
    );
  });

  test("no secret is told", async () => {
    await file("word", "correct-horse\n");
    await vault(["encrypt", "--vault-password-file", "word", "plain"]);
    const all = [
      await vault(["view", "--vault-password-file", "pw", "plain", "-vvvvv"]),
      await vault(["view", "--vault-password-file", "word", "plain", "-vvvvv"]),
    ];
    expect(JSON.stringify(all)).not.toContain("correct-horse");
  });
});

describe("texts", () => {
  test("named and unnamed, of the command line and the standard input", async () => {
    const words = ["encrypt_string", "--vault-password-file", "pw", "--name", "n", "abc", "-", "--stdin-name", "i"];
    const { code, output, errors } = await vault(words, { input: "xyz" });
    expect(code).toBe(0);
    expect(output).toMatch(/^i: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n(?: {10}[0-9a-f]+\n)+n: !vault \|\n/);
    expect(errors).toContain('# The encrypted version of variable ("i", the string #1 from stdin).');
  });

  test("the same salt gives the same text", async () => {
    const words = ["encrypt_string", "--vault-password-file", "pw", "abc"];
    const environment = { ANSIBLE_VAULT_ENCRYPT_SALT: "salty" };
    const once = await vault(words, { environment });
    expect((await vault(words, { environment })).output).toBe(once.output);
    expect((await vault(words)).output).not.toBe(once.output);
  });

  test.each([
    [["encrypt_string", "--vault-password-file", "pw", ""], 5, "was empty, not encrypting"],
    [["encrypt_string", "--vault-password-file", "pw", "-p", "-"], 5, "--prompt option is not supported"],
    [["nope"], 2, "invalid choice: 'nope'"],
    [["view", "--vault-password-file", "pw", "plain"], 1, "not vault encrypted data"],
    [["encrypt", "--vault-password-file", "pw", "--output", "x", "plain", "pw2"], 5, "At most one input file"],
    [["encrypt", "--vault-id", "a;b@pw", "plain"], 5, "is not a valid vault id"],
  ] as const)("%j ends with %i", async (words, code, told) => {
    const outcome = await vault(words);
    expect(outcome.code).toBe(code);
    expect(outcome.errors).toContain(told);
  });
});
