import { describe, expect, it } from "vitest";
import { capturedHost, type NodeHost } from "./node-host.ts";
import { collectors } from "./registry.ts";

const GARBAGE = ["", "\0\0\0", "-1 NaN Infinity\n", "{".repeat(5000), "a:b:c\n".repeat(100), "\ufffd".repeat(50)];

/** Everything there is, and every program, says the same nonsense. */
function nonsense(text: string): NodeHost {
  return {
    read: async () => text,
    list: async () => ["eth0", "nonsense"],
    run: async () => ({ status: 0, stdout: text, stderr: text }),
    clockOffset: () => undefined,
    settings: { smartFile: "/smart", units: ["x.service"], self: ["agent"] },
  };
}

describe.each(collectors.map((collector) => [collector.name, collector] as const))(
  "collector %s",
  (name, collector) => {
    it("says what it is, and is done before it is due again", () => {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(collector.deadlineSeconds).toBeGreaterThan(0);
      if (collector.everySeconds > 0) expect(collector.deadlineSeconds).toBeLessThanOrEqual(collector.everySeconds * 2);
    });

    it.each(GARBAGE)("fails, or reads figures, on garbage %#", async (text) => {
      const reading = await collector.collect(nonsense(text)).catch((error: unknown) => error);
      if (reading instanceof Error) return;
      const step = { previous: reading, elapsedMilliseconds: 10_000 };
      for (const value of Object.values(collector.metrics(reading, step))) expect(value).toSatisfy(Number.isFinite);
    });

    it("fails, or reads figures, where nothing is there at all", async () => {
      const reading = await collector.collect(capturedHost({})).catch((error: unknown) => error);
      if (reading instanceof Error) return;
      for (const value of Object.values(collector.metrics(reading, undefined)))
        expect(value).toSatisfy(Number.isFinite);
    });
  },
);
