import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Disk } from "#inventory/schema/facts.ts";
import { classifyServers, type NamedServer } from "./classify-servers.ts";
import { exampleDisk, exampleFacts, exampleGpu } from "./example-facts.ts";
import { parseRules } from "./rules.ts";

const GIB = 1024 ** 3;
const defaults = parseRules(readFileSync(join(import.meta.dirname, "rules.yml"), "utf8"), "rules.yml");

const server = (name: string, change: Parameters<typeof exampleFacts>[1] = {}): NamedServer => ({
  name,
  facts: exampleFacts(name, change),
});
const empty = (count: number, bytes = 8e12): Disk[] =>
  Array.from({ length: count }, (_, index) => exampleDisk(`sd${index}`, { sizeBytes: bytes }));
const one = (change: Parameters<typeof exampleFacts>[1], rules = defaults) => {
  const [verdict] = classifyServers([server("one", change)], rules);
  if (verdict === undefined) throw new Error("no verdict");
  return verdict;
};

describe("the rules that come with bdap", () => {
  it("make a storage node of 12 empty disks, and say so", () => {
    const verdict = one({ cores: 16, memoryBytes: 128 * GIB, disks: empty(12) });
    expect(verdict).toMatchObject({ roles: ["storage", "service"], adopted: false, confidence: 0.2, override: null });
    expect(verdict.reasons[0]).toEqual({ rule: "many-empty-disks", words: "12 empty disks of 8 TB" });
  });

  it("make a GPU node of GPUs", () => {
    const gpus = [exampleGpu("NVIDIA L40S"), exampleGpu("NVIDIA L40S")];
    const [verdict] = classifyServers(
      [server("gn01", { cores: 64, memoryBytes: 512 * GIB, gpus }), server("svc", { memoryBytes: 64 * GIB })],
      defaults,
    );
    expect(verdict).toMatchObject({
      roles: ["gpu"],
      confidence: 0.95,
      reasons: [{ rule: "gpus", words: "2 NVIDIA L40S" }],
    });
  });

  it("sort out the servers of a small data centre", () => {
    const small = { cores: 2, memoryBytes: 3 * GIB };
    const verdicts = classifyServers(
      [
        server("svc1", { cores: 2, memoryBytes: 4 * GIB, disks: empty(1, 40e9) }),
        ...["st1", "st2", "st3"].map((name) => server(name, { ...small, disks: empty(6, 20e9) })),
        ...["cpu1", "cpu2"].map((name) => server(name, small)),
      ],
      defaults,
    );
    expect(Object.fromEntries(verdicts.map((verdict) => [verdict.server, verdict.roles]))).toEqual({
      svc1: ["service"],
      st1: ["storage"],
      st2: ["storage"],
      st3: ["storage"],
      cpu1: ["cpu"],
      cpu2: ["cpu"],
    });
  });

  it("find a place for services where no server is made for them, with less confidence", () => {
    const large = { cores: 64, memoryBytes: 512 * GIB };
    const verdicts = classifyServers(
      [server("a", large), server("b", { ...large, memoryBytes: 640 * GIB, disks: empty(1) }), server("c", large)],
      defaults,
    );
    expect(verdicts.map((verdict) => verdict.roles)).toEqual([["cpu"], ["service"], ["cpu"]]);
    expect(verdicts[1]).toMatchObject({ confidence: 0.4 });
    expect(verdicts[1]?.reasons.at(-1)).toMatchObject({ rule: "somewhere-for-services" });
    const alone = classifyServers([server("a", large)], defaults);
    expect(alone[0]?.roles).toEqual(["cpu", "service"]);
  });

  it("do not make service hosts of a whole room of small servers", () => {
    const small = { cores: 16, memoryBytes: 64 * GIB };
    const verdicts = classifyServers(
      ["a", "b", "c", "d", "e"].map((name) => server(name, small)),
      defaults,
    );
    expect(verdicts.map((verdict) => verdict.roles)).toEqual([["service"], ["service"], ["service"], ["cpu"], ["cpu"]]);
    expect(verdicts[4]?.reasons.at(-1)?.words).toBe("3 other servers are enough for service");
  });

  it.each([
    ["an existing cluster", { clusters: [{ kind: "ceph", name: "ceph" }] }, 'already part of ceph "ceph"'],
    ["another manager", { agents: ["puppet"] }, "already managed by puppet"],
    [
      "data in use",
      { disks: [exampleDisk("sda", { empty: false, inUse: true, mountpoints: ["/data"] })] },
      "1 data disk in use",
    ],
  ])("adopt a server with %s", (_name, change, words) => {
    const verdict = one({ cores: 64, memoryBytes: 512 * GIB, ...change });
    expect(verdict.adopted).toBe(true);
    expect(verdict.reasons.map((reason) => reason.words)).toContain(words);
  });

  it("do not take our own agent, nor LVM under the operating system, for someone else's", () => {
    const verdict = one({
      agents: ["bdap-agent"],
      clusters: [{ kind: "lvm", name: "vg0" }],
      disks: [exampleDisk("sda", { empty: false, inUse: true, mountpoints: ["/"] })],
    });
    expect(verdict.adopted).toBe(false);
  });

  it("say what they could not judge, and are less sure then", () => {
    const sure = one({ cores: 64, memoryBytes: 512 * GIB });
    const doubtful = one({ cores: 64, memoryBytes: 512 * GIB, disks: "lsblk: not found" });
    expect(sure.roles).toEqual(["cpu", "service"]);
    expect(doubtful.confidence).toBeLessThan(sure.confidence);
    expect(doubtful.reasons.map((reason) => reason.words)).toContain(
      "not known: at least 4 empty disks? (lsblk: not found); would make it storage",
    );
  });
});

describe("wouldChange", () => {
  const withService = [server("z-svc", { cores: 8, memoryBytes: 64 * GIB })];
  it("names the nearest thresholds, what they are now, and their effect", () => {
    const [verdict] = classifyServers(
      [server("a", { cores: 22, memoryBytes: 64 * GIB, disks: empty(3) }), ...withService],
      defaults,
    );
    expect(verdict?.wouldChange.slice(0, 2)).toEqual([
      "with at least 24 cores (now 22): cpu instead of service",
      "with at least 4 empty disks (now 3): storage instead of service",
    ]);
  });

  it("keeps parts and wholes in step", () => {
    const [verdict] = classifyServers(
      [server("a", { cores: 16, memoryBytes: 64 * GIB, disks: empty(4) }), ...withService],
      defaults,
    );
    // One disk fewer that is empty would be one with something on it, and leave room for many disks all the same.
    expect(verdict?.wouldChange[0]).toBe("with fewer than 4 data disks (now 4): service instead of storage");
  });
});

describe("overrides", () => {
  it("win over the rules and are remembered, whichever name they use", () => {
    for (const name of ["one", "10.0.0.1"]) {
      const [verdict] = classifyServers([server("one", { disks: empty(12) })], defaults, [
        { server: name, roles: ["service", "cpu"], by: "ada", why: "spare disks", at: "2026-01-01" },
      ]);
      expect(verdict).toMatchObject({
        roles: ["cpu", "service"],
        confidence: 1,
        override: { by: "ada", why: "spare disks", at: "2026-01-01" },
      });
      expect(verdict?.proposed).toContain("storage");
      expect(verdict?.reasons[0]?.words).toBe("ada decided: spare disks");
    }
  });

  it("may say that a server does nothing here", () => {
    const [verdict] = classifyServers([server("one")], defaults, [
      { server: "one", roles: [], by: "ada", why: "broken" },
    ]);
    expect(verdict?.roles).toEqual([]);
  });
});

describe("a site's own rules", () => {
  const own = (when: string, rest = "") =>
    `rules:\n  - id: mine\n    when: ["${when}"]\n    roles: [gpu]\n    confidence: 1\n    words: mine\n${rest}`;
  it.each([
    ["cores >= 4", true],
    ["cores = 8", true],
    ["cores != 8", false],
    ["memory > 64 GB", false],
    ["memory <= 64 GB", true],
    ["empty-bytes >= 16 TB", true],
    ["empty-bytes > 16 TB", false],
    ["link-speed >= 25 Gbit/s", true],
    ["os = debian", true],
    ["virtualisation != none", false],
    ["architecture = aarch64", false],
  ])("judge %s", (when, holds) => {
    const rules = parseRules(own(when), "mine");
    const verdict = one({ cores: 8, memoryBytes: 64 * GIB, disks: empty(2), speedMegabits: 25_000 }, rules);
    expect(verdict.roles).toEqual(holds ? ["gpu"] : []);
  });

  it.each([
    ["an unknown quantity", own("coffee >= 4"), 3, 'there is no quantity "coffee"'],
    ["no condition", own("many cores"), 3, "is not a condition"],
    ["a size without a unit", own("memory >= 64"), 3, "such as 64 GB"],
    ["a unit that does not fit", own("cores >= 4 GB"), 3, "a number"],
    ["words compared by size", own("os >= debian"), 3, "only be compared by = or !="],
    ["an unknown role", own("cores >= 1").replace("[gpu]", "[tpu]"), 4, "must be one of storage, cpu, gpu, service"],
    [
      "unknown figures in words",
      own("cores >= 1").replace("words: mine", 'words: "{coffee}"'),
      6,
      'no quantity "coffee"',
    ],
    ["a key that is none", own("cores >= 1", "flet: []\n"), 7, "did you mean fleet?"],
  ])("are refused with line and column: %s", (_name, text, line, words) => {
    expect(() => parseRules(text, "rules.yml")).toThrow(
      expect.objectContaining({
        code: "INSTALLER_RULES_INVALID",
        message: expect.stringContaining(words),
        context: expect.objectContaining({ line }),
      }),
    );
  });
});
