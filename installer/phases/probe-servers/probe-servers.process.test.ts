import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Target } from "#inventory/select/targets.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { type LoopbackSshd, startLoopbackSshd } from "#playbooks/connectors/ssh/loopback-sshd.ts";
import type { FactSections } from "#playbooks/facts/fact.ts";
import { facts } from "#playbooks/facts/registry.ts";
import type { ProbeEvent } from "./events.ts";
import type { ServerReading } from "./probe-server.ts";
import { type ProbeRequest, probeServers } from "./probe-servers.ts";

let sshd: LoopbackSshd;
let folder: string;
let events: ProbeEvent[];
let kept: ServerReading[];
beforeAll(async () => {
  sshd = await startLoopbackSshd();
  folder = await mkdtemp(join(tmpdir(), "bdap-probe-"));
});
afterAll(async () => {
  await sshd.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  events = [];
  kept = [];
});

const here: Target = { name: "here", address: "127.0.0.1" };
const dead: Target = { name: "dead", address: "127.0.0.1", port: 1 };

function probe(targets: readonly Target[], more: Partial<ProbeRequest> = {}) {
  return probeServers({
    targets,
    access: {
      endpoint: ({ name, address, port }) => ({
        ...sshd.endpoint,
        host: name,
        address,
        port: port ?? sshd.endpoint.port,
      }),
      sudoPassword: undefined,
    },
    facts: facts.filter((fact) => fact.name === "time" || fact.name === "operating-system"),
    hostKeys: openKnownHosts(join(folder, "known_hosts")),
    concurrency: 4,
    keep: async (reading) => {
      kept.push(reading);
    },
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...more,
  });
}

test("a server is read and kept, with the raw output; facts nobody asked for are unknown with a reason", async () => {
  const [outcome] = await probe([here]);
  expect(outcome).toMatchObject({ status: "read", summary: { host: "here", os: expect.any(String), cores: null } });
  const [reading] = kept;
  expect(reading?.facts.facts["operating-system"].value?.kernel).toMatch(/^\d+\./);
  expect(reading?.facts.facts.memory).toEqual({ value: null, unknown: [{ field: "", reason: "was not read" }] });
  expect(reading?.raw["time.clock"]).toMatch(/^\d+\.\d+\n$/);
});

test("the clock offset of one and the same clock is next to nothing", async () => {
  await probe([here]);
  const offset = kept[0]?.facts.facts.time.value?.offsetMilliseconds ?? Number.NaN;
  expect(Math.abs(offset)).toBeLessThan(1_000);
});

test("a dead server is an outcome with its cause, in its place, and the others go on", async () => {
  const outcomes = await probe([dead, here, dead]);
  expect(outcomes.map((one) => one.status)).toEqual(["failed", "read", "failed"]);
  expect(outcomes[0]).toMatchObject({ error: { code: "PLAYBOOKS_HOST_UNREACHABLE", hint: expect.any(String) } });
  const ends = events.flatMap((event) => (event.type === "read" || event.type === "failed" ? [event.done] : []));
  expect(ends).toEqual([1, 2, 3]);
});

test("a parser that throws, or makes something of the wrong shape, leaves its fact unknown alone", async () => {
  const [time] = facts.filter((fact) => fact.name === "time");
  const [system] = facts.filter((fact) => fact.name === "operating-system");
  if (time === undefined || system === undefined) throw new Error("the registry lacks a fact");
  const throwing = {
    ...time,
    parse: () => {
      throw new Error("boom");
    },
  };
  const misshapen = { ...system, parse: () => ({ value: { id: 7 } as never, unknown: [] }) };
  const outcomes = await probe([here], { facts: [throwing, misshapen] });
  expect(outcomes[0]?.status).toBe("read");
  expect(kept[0]?.facts.facts.time.unknown[0]?.reason).toContain("boom");
  expect(kept[0]?.facts.facts["operating-system"]).toMatchObject({ value: null });
});

test("a reading that cannot be kept ends the probe, and so does stopping it", async () => {
  const full = new Error("no space left");
  await expect(probe([here], { keep: () => Promise.reject(full) })).rejects.toBe(full);
  await expect(probe([here], { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
});

test("what is held of a server is not the whole of what it printed", async () => {
  const [system] = facts.filter((fact) => fact.name === "operating-system");
  const [kernel] = await probe([here]).then(() => kept.map((reading) => reading.facts.facts["operating-system"].value));
  if (system === undefined || kernel === null || kernel === undefined) throw new Error("nothing was read");
  const talkative = {
    ...system,
    sections: { words: "head -c 2000000 /dev/zero | tr '\\0' x" },
    parse: (sections: FactSections) => ({
      value: { ...kernel, name: sections["words"]?.stdout.slice(0, 100) ?? "" },
      unknown: [],
    }),
  };
  setFlagsFromString("--expose_gc");
  const collect = runInNewContext("gc") as () => void;
  const held = async () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await held();
  const outcomes = await probe(
    Array.from({ length: 20 }, (_, at) => ({ name: `here${at}`, address: "127.0.0.1" })),
    { facts: [talkative], keep: async () => undefined },
  );
  const after = await held();
  const names = outcomes.map((outcome) => (outcome.status === "read" ? outcome.summary.os?.length : outcome.error));
  expect(new Set(names)).toEqual(new Set([100]));
  // One server's output is 2 MB; holding it for each would be forty.
  expect(after - before).toBeLessThan(8_000_000);
});
