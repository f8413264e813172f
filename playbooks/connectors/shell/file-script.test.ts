import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileScript } from "./file-script.ts";

// sha256 of "secret".
const SHA256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bdap-file-script-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "state"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(): void {
  const file = { path: join(folder, "state", "token"), content: "secret", mode: 0o604 };
  const env = { PATH: `${join(folder, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin` };
  execFileSync("sh", ["-c", fileScript(file, SHA256)], { input: "secret", env });
}

test("whoever owns the folder cannot turn owner and mode on another file", () => {
  const victim = join(folder, "victim");
  writeFileSync(victim, "precious", { mode: 0o600 });
  // The folder's owner waits for the temporary file and puts a link in its place: here, while the checksum is taken.
  const swap = `#!/bin/sh\n/usr/bin/sha256sum; for f in "${folder}"/state/.token.*; do rm -f "$f"; ln -s "${victim}" "$f"; done\n`;
  writeFileSync(join(folder, "bin", "sha256sum"), swap);
  chmodSync(join(folder, "bin", "sha256sum"), 0o755);
  write();
  expect(statSync(victim).mode & 0o777).toBe(0o600);
  expect(readFileSync(victim, "utf8")).toBe("precious");
});

test("without anybody in the way the file is there, with its mode", () => {
  write();
  expect(readFileSync(join(folder, "state", "token"), "utf8")).toBe("secret");
  expect(statSync(join(folder, "state", "token")).mode & 0o777).toBe(0o604);
});
