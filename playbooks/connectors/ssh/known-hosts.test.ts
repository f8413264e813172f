import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fingerprintOf, openKnownHosts } from "./known-hosts.ts";

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "bdap-known-hosts-"));
  path = join(directory, "site", "known_hosts");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A key of its own for each number, in wire format. */
function key(number: number): Buffer {
  const type = Buffer.from("ssh-ed25519");
  const value = Buffer.alloc(32, number);
  const length = (size: number) => Buffer.from([0, 0, 0, size]);
  return Buffer.concat([length(type.length), type, length(value.length), value]);
}

test("first use pins, the same key is known afterwards, another is refused with the pinned fingerprint", async () => {
  expect(await openKnownHosts(path).judge("10.0.0.1", 22, key(1))).toEqual({ kind: "pinned" });
  const store = openKnownHosts(path);
  expect(await store.judge("10.0.0.1", 22, key(1))).toEqual({ kind: "known" });
  expect(await store.typesFor("10.0.0.1", 22)).toEqual(["ssh-ed25519"]);
  expect(await store.judge("10.0.0.1", 22, key(2))).toEqual({
    kind: "refused",
    expected: [fingerprintOf(key(1))],
    place: path,
  });
  expect(await store.judge("10.0.0.1", 2222, key(2))).toEqual({ kind: "pinned" });
});

test("five hundred hosts at once, from two stores, lose no line", async () => {
  const stores = [openKnownHosts(path), openKnownHosts(path)];
  await Promise.all(
    stores.flatMap((store, half) =>
      Array.from({ length: 250 }, (_, index) => store.judge(`10.${half}.0.${index}`, 22, key(index))),
    ),
  );
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  expect(new Set(lines.map((line) => line.split(" ")[0])).size).toBe(500);
  expect(lines).toHaveLength(500);
});

test("names hashed by ssh-keygen, wildcards, negations, revoked keys, comments and garbage are read as ssh reads them", async () => {
  const encoded = (number: number) => `ssh-ed25519 ${key(number).toString("base64")}`;
  const hashedPath = join(directory, "hashed");
  await writeFile(hashedPath, `hashed.example ${encoded(3)}\n`);
  execFileSync("ssh-keygen", ["-H", "-f", hashedPath], { stdio: "ignore" });
  const lines = [
    "# a comment",
    (await readFile(hashedPath, "utf8")).trim(),
    `*.example,!bad.example ${encoded(4)} some comment`,
    `@revoked revoked.test ${encoded(5)}`,
    `@cert-authority *.authority ${encoded(6)}`,
    "torn.example ssh-ed25519 AAAA",
    "\u0000\u0001 nonsense",
  ];
  const flat = join(directory, "known_hosts");
  await writeFile(flat, lines.join("\n"));
  const store = openKnownHosts(flat);
  expect(await store.judge("hashed.example", 22, key(3))).toEqual({ kind: "known" });
  expect(await store.judge("any.example", 22, key(4))).toEqual({ kind: "known" });
  expect((await store.judge("bad.example", 22, key(1))).kind).toBe("pinned");
  expect((await store.judge("revoked.test", 22, key(5))).kind).toBe("refused");
  expect((await store.judge("host.authority", 22, key(7))).kind).toBe("pinned");
  // The torn last line of a crash does not swallow the line that follows it.
  expect((await openKnownHosts(flat).judge("bad.example", 22, key(1))).kind).toBe("known");
});

test("a key whose type is no plain word is refused, and writes no line of its own into the file", async () => {
  const type = Buffer.from("ssh-ed25519\n@revoked 10.0.0.9");
  const evil = Buffer.concat([Buffer.from([0, 0, 0, type.length]), type, Buffer.alloc(36, 1)]);
  const store = openKnownHosts(path);
  expect((await store.judge("10.0.0.1", 22, evil)).kind).toBe("refused");
  expect((await store.judge("10.0.0.2", 22, key(1))).kind).toBe("pinned");
  expect((await readFile(path, "utf8")).split("\n")).toEqual([expect.stringMatching(/^10\.0\.0\.2 ssh-ed25519 /), ""]);
});
