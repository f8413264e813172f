import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "#inventory/kernel/secret.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Connector } from "./connector.ts";

/** What every connector must do, run against one that reaches this machine's own file system. */
export function connectorContract(name: string, open: () => Promise<Connector>): void {
  describe(`${name} keeps the connector's contract`, () => {
    let connector: Connector;
    let directory: string;
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "bdap-contract-"));
      connector = await open();
    });
    afterAll(async () => {
      await connector.close();
      await rm(directory, { recursive: true, force: true });
    });

    describe("run", () => {
      test("gives output, complaints and status apart", async () => {
        const result = await connector.run({ script: "printf out; printf err >&2; exit 3" });
        expect(result).toMatchObject({ status: 3, stdout: "out", stderr: "err", truncated: false });
      });

      test.each([
        ["an exit", "exit 7", 7],
        ["a failing last command", "true; false", 1],
        ["set -e", "set -e; false; echo no", 1],
        ["an unknown command", "no-such-command-here", 127],
        ["a syntax error", "if then", 2],
        ["its own signal", "kill -9 $$", 137],
        ["nothing", "", 0],
        ["a comment at the end", "true # 'quoted", 0],
      ])("a script that ends with %s has that status, and the next one is served", async (_what, script, status) => {
        const result = await connector.run({ script });
        // bash says 1 or 2 for a syntax error, dash 2.
        if (script === "if then") expect([1, 2]).toContain(result.status);
        else expect(result.status).toBe(status);
        expect((await connector.run({ script: "echo fine" })).stdout).toBe("fine\n");
      });

      test("nothing of one script reaches the next", async () => {
        await connector.run({ script: "cd /; x=1; set -f; umask 0; trap 'echo trapped' EXIT; exec 2>/dev/null" });
        const { stdout } = await connector.run({ script: 'echo "${x:-unset}"; pwd; case $- in *f*) echo f;; esac' });
        expect(stdout.startsWith("unset\n")).toBe(true);
        expect(stdout.includes("trapped") || stdout.endsWith("f\n")).toBe(false);
      });

      test("quotes, newlines and every character of text survive", async () => {
        const text = `it's "quoted" $HOME \`id\` \\ \n\t ünïcödé \u0081\u0085 😀 end`;
        const { stdout } = await connector.run({ script: `printf %s ${shellQuote(text)}` });
        expect(stdout).toBe(text);
      });

      test.each([
        ["small text", Buffer.from("a 'b'\nünïcödé\n")],
        ["nothing", Buffer.alloc(0)],
        ["every byte", Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
        ["100 kB of bytes", randomBytes(100_000)],
        ["3 MB of bytes", randomBytes(3_000_000)],
      ])("standard input of %s arrives as it is", async (_what, stdin) => {
        const { stdout } = await connector.run({ script: "sha256sum", stdin });
        expect(stdout.split(" ")[0]).toBe(createHash("sha256").update(stdin).digest("hex"));
      });

      test("a script need not read its input", async () => {
        expect((await connector.run({ script: "echo done", stdin: randomBytes(2_000_000) })).stdout).toBe("done\n");
      });

      test("no input is an empty one", async () => {
        expect((await connector.run({ script: "cat; echo end" })).stdout).toBe("end\n");
      });

      test("the environment reaches the script alone and no argument list", async () => {
        const environment = { GREETING: "hello 'you'", TOKEN: new Secret("s3cr3t-in-environment") };
        const script = 'printf "%s|" "$GREETING" "$TOKEN"; ps -eo args= | grep -c s3cr3t-in-[e]nvironment';
        expect((await connector.run({ script, environment })).stdout).toBe("hello 'you'|s3cr3t-in-environment|0\n");
        expect((await connector.run({ script: 'echo "${TOKEN:-none}"' })).stdout).toBe("none\n");
      });

      test("messages are English, in UTF-8, and system directories are in PATH", async () => {
        const { stdout } = await connector.run({
          script: 'echo "$LC_ALL"; case ":$PATH:" in *:/usr/sbin:*) echo yes;; esac',
        });
        expect(stdout).toBe("C.UTF-8\nyes\n");
      });

      test("output past 16 MiB is dropped and said to be", async () => {
        const result = await connector.run({ script: "head -c 17000000 /dev/zero; printf end >&2" });
        expect(result.stdout.length).toBe(16 * 1024 * 1024);
        expect(result).toMatchObject({ truncated: true, stderr: "end", status: 0 });
      });

      test("a background process does not hold a script up and its late output reaches nobody", async () => {
        const first = await connector.run({ script: "(sleep 0.3; echo late) & echo first" });
        expect(first.stdout).toBe("first\n");
        const next = await connector.run({ script: "sleep 0.6; echo next" });
        expect(next.stdout).toBe("next\n");
      });

      test("twenty scripts at a time are all served", async () => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) => connector.run({ script: `sleep 0.05; echo ${index}` })),
        );
        expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 20 }, (_, index) => `${index}\n`));
      });
    });

    describe("deadlines and cancelling", () => {
      test("a script past its deadline is ended with all it started", async () => {
        const mark = join(directory, "timeout");
        const script = `sh -c 'sleep 2.7 ; touch ${mark}' & trap '' TERM; timeout 60 sleep 97.1; touch ${mark}`;
        await expect(connector.run({ script, timeoutMilliseconds: 300 })).rejects.toMatchObject({
          code: "PLAYBOOKS_COMMAND_TIMEOUT",
          state: expect.stringContaining("were ended"),
        });
        expect(await processesOf("sleep 97.1")).toEqual([]);
        expect(await processesOf("sleep 2.7")).toEqual([]);
        expect((await connector.run({ script: "echo on" })).stdout).toBe("on\n");
      });

      test("a cancelled script leaves no process behind", async () => {
        const stop = new AbortController();
        const running = connector.run({ script: "sleep 97.2 & sleep 97.3; echo no" }, stop.signal);
        await until(async () => (await processesOf("sleep 97.3")).length === 1);
        stop.abort();
        await expect(running).rejects.toMatchObject({ code: "PLAYBOOKS_CANCELLED", kind: "cancelled" });
        expect([...(await processesOf("sleep 97.2")), ...(await processesOf("sleep 97.3"))]).toEqual([]);
      });

      test("a signal that is aborted beforehand runs nothing", async () => {
        const mark = join(directory, "never");
        await expect(connector.run({ script: `touch ${mark}` }, AbortSignal.abort())).rejects.toMatchObject({
          code: "PLAYBOOKS_CANCELLED",
        });
        expect(existsSync(mark)).toBe(false);
      });

      test("closing ends what still runs", async () => {
        const other = await open();
        const running = other.run({ script: "sleep 97.4" });
        running.catch(() => {});
        await until(async () => (await processesOf("sleep 97.4")).length === 1);
        await other.close();
        await expect(running).rejects.toMatchObject({ code: "PLAYBOOKS_CANCELLED" });
        expect(await processesOf("sleep 97.4")).toEqual([]);
        await expect(other.run({ script: "true" })).rejects.toMatchObject({ kind: "cancelled" });
      });
    });

    describe("writeFile and readFile", () => {
      const sizes = [0, 1, 100_000, 131_073, 5_000_000];
      test.each(sizes)("%i bytes are written whole and read back", async (size) => {
        const path = join(directory, `file of ${size}'s bytes`);
        const content = randomBytes(size);
        await connector.writeFile({ path, content, mode: 0o640 });
        expect((await readFile(path)).equals(content)).toBe(true);
        expect((await stat(path)).mode & 0o7777).toBe(0o640);
        expect((await connector.readFile(path)).equals(content)).toBe(true);
      });

      test("a local file is sent", async () => {
        const localPath = join(directory, "source");
        const content = randomBytes(400_000);
        await writeFile(localPath, content);
        await connector.writeFile({ path: join(directory, "target"), content: { localPath } });
        expect((await readFile(join(directory, "target"))).equals(content)).toBe(true);
      });

      test("the mode is that of the file that was there, else 0644", async () => {
        const path = join(directory, "kept mode");
        await connector.writeFile({ path, content: "1" });
        expect((await stat(path)).mode & 0o7777).toBe(0o644);
        await chmod(path, 0o604);
        await connector.writeFile({ path, content: "2" });
        expect((await stat(path)).mode & 0o7777).toBe(0o604);
      });

      test("the file is replaced, not written over", async () => {
        const path = join(directory, "replaced");
        await connector.writeFile({ path, content: "1" });
        const before = (await stat(path)).ino;
        await connector.writeFile({ path, content: "2" });
        expect((await stat(path)).ino).not.toBe(before);
      });

      test("a failed check leaves the old file and no other", async () => {
        const path = join(directory, "checked");
        const validate = "grep -q good %s || { echo 'line 1 is bad' >&2; exit 1; }";
        await connector.writeFile({ path, content: "good", validate });
        await expect(connector.writeFile({ path, content: "bad", validate })).rejects.toMatchObject({
          code: "PLAYBOOKS_FILE_REFUSED",
          message: expect.stringContaining("line 1 is bad"),
        });
        expect(await readFile(path, "utf8")).toBe("good");
        expect(await temporaries(directory)).toEqual([]);
      });

      test("content that does not arrive as announced is not put in place", async () => {
        const path = join(directory, "wrong sum");
        await expect(connector.writeFile({ path, content: "x", sha256: "0".repeat(64) })).rejects.toMatchObject({
          code: "PLAYBOOKS_FILE_NOT_WRITTEN",
        });
        expect(existsSync(path)).toBe(false);
        expect(await temporaries(directory)).toEqual([]);
      });

      test("a directory that is not there, and a file that is not there", async () => {
        const path = join(directory, "no", "such");
        await expect(connector.writeFile({ path, content: "x" })).rejects.toMatchObject({
          code: "PLAYBOOKS_FILE_NOT_WRITTEN",
        });
        await expect(connector.readFile(path)).rejects.toMatchObject({ code: "PLAYBOOKS_FILE_NOT_READ" });
      });

      test("what a full disk makes the tools say is told as a full disk", async () => {
        // The words are those of coreutils on ENOSPC; a lab test fills a real disk.
        const validate = "echo 'write error: No space left on device' >&2; exit 1";
        await expect(
          connector.writeFile({ path: join(directory, "full"), content: "x", validate }),
        ).rejects.toMatchObject({ code: "PLAYBOOKS_DISK_FULL" });
      });
    });

    describe("stream", () => {
      test("output comes while the script runs", async () => {
        const output = connector.stream({
          script: `echo one; while [ ! -e ${join(directory, "go")} ]; do sleep 0.02; done; echo two`,
        });
        const chunks: string[] = [];
        for await (const chunk of output) {
          chunks.push(String(chunk));
          if (chunks.join("").includes("one\n")) await writeFile(join(directory, "go"), "");
        }
        expect(chunks.join("")).toBe("one\ntwo\n");
      });

      test("a status other than 0 is an error with the last output", async () => {
        const output = connector.stream({ script: "echo reason >&2; exit 4" });
        const drained = (async () => {
          for await (const _ of output);
        })();
        await expect(drained).rejects.toMatchObject({
          code: "PLAYBOOKS_COMMAND_FAILED",
          message: expect.stringMatching(/status 4: reason/),
        });
      });

      test("a slow reader gets every byte", async () => {
        let length = 0;
        for await (const chunk of connector.stream({ script: "head -c 5000000 /dev/zero" })) {
          length += (chunk as Buffer).length;
          if (length < 500_000) await sleep(1);
        }
        expect(length).toBe(5_000_000);
      });

      test("letting go of it ends the script", async () => {
        const output = connector.stream({ script: "echo up; sleep 97.5" });
        output.on("error", () => {});
        output.once("data", () => output.destroy());
        await until(async () => output.destroyed && (await processesOf("sleep 97.5")).length === 0);
      });
    });
  });
}

async function temporaries(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith("."));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

/** Process ids on this machine whose whole command line is `line`. */
async function processesOf(line: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (words.split("\0").slice(0, -1).join(" ") === line) found.push(pid);
  }
  return found;
}
