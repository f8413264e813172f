import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { processRunner } from "./run-process.ts";

describe("a process", () => {
  it("ends with status and output", async () => {
    const run = processRunner();
    expect(await run(["sh", "-c", "echo out; echo err >&2; exit 3"], 10_000)).toEqual({
      status: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("sees English and nothing of our environment", async () => {
    const { stdout } = await processRunner()(["env"], 10_000);
    expect(stdout.trim().split("\n").sort()).toEqual([
      expect.stringMatching(/^LC_ALL=C$/),
      expect.stringMatching(/^PATH=/),
    ]);
  });

  it("that is not there is an error with a code", async () => {
    await expect(processRunner()(["/no/such/program"], 10_000)).rejects.toMatchObject({
      code: "AGENT_COMMAND_MISSING",
    });
  });

  it("cannot flood us", async () => {
    const { stdout } = await processRunner()(["head", "-c", "5000000", "/dev/zero"], 10_000);
    expect(stdout.length).toBe(2 ** 20);
  });

  it("is killed at its deadline with all it started, and may run again once it is gone", async () => {
    const run = processRunner();
    const folder = mkdtempSync(join(tmpdir(), "run-process-"));
    const words = ["sh", "-c", `sleep 1000 & echo $! > ${folder}/child; wait`];
    await expect(run(words, 500)).rejects.toMatchObject({ code: "AGENT_COMMAND_DEADLINE" });
    const child = Number(readFileSync(join(folder, "child"), "utf8"));
    await vi.waitUntil(() => isGone(child));
    const again = () => run(words, 200).catch((error: { code: string }) => error.code);
    await vi.waitUntil(async () => (await again()) === "AGENT_COMMAND_DEADLINE");
    rmSync(folder, { recursive: true });
  });

  it("that still hangs after its kill is not begun again", async () => {
    const run = processRunner();
    const late = run(["sleep", "1000"], 50).catch((error: { code: string }) => error.code);
    // The promise is settled in the same turn as the kill: the process cannot have been seen to end yet.
    const next = late.then(() => run(["sleep", "1000"], 50).catch((error: { code: string }) => error.code));
    expect(await late).toBe("AGENT_COMMAND_DEADLINE");
    expect(await next).toBe("AGENT_COMMAND_STUCK");
  });
});

/** Not there, or dead and only not yet collected by its parent. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}
