import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { Disk } from "#inventory/schema/facts.ts";
import { Plan } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import type { Site } from "#inventory/schema/site.ts";
import { wipePhrase } from "#inventory/site-directory/wipes.ts";
import { type ExampleServer, exampleDisk, exampleFacts } from "../classify-servers/example-facts.ts";
import { parseRules } from "../classify-servers/rules.ts";
import { type PlanInput, planSite, type StepTemplate } from "./plan-site.ts";

const rules = parseRules(readFileSync(join(import.meta.dirname, "../classify-servers/rules.yml"), "utf8"), "rules.yml");
const service = (name: string, change: Partial<Service> = {}): Service => ({
  name,
  title: name,
  says: name,
  placement: { role: "service", count: 1 },
  quorum: "none",
  units: [],
  ports: [],
  dependsOn: [],
  health: { checks: [] },
  ...change,
});
const services = [
  service("control-plane"),
  service("agent", { placement: { role: "all", count: "all" }, dependsOn: ["control-plane"] }),
];
const steps: StepTemplate[] = [
  { name: "render-files", title: "Files", destructive: false, secondsPerHost: 1, nodes: () => [] },
  {
    name: "provision-agents",
    title: "Agents",
    destructive: false,
    secondsPerHost: 15,
    nodes: (plan) => plan.nodes.map((node) => node.name),
  },
];
const GIB = 1024 ** 3;
const site: Site = { site: "lab", servers: ["10.0.0.0/24"], access: {} };

type Servers = Readonly<Record<string, ExampleServer>>;
const factsOf = (servers: Servers) =>
  Object.entries(servers).map(([name, server], index) =>
    exampleFacts(name, {
      address: `10.0.0.${index + 1}`,
      ...server,
      ...(Array.isArray(server.disks) ? { disks: ownSerials(name, server.disks) } : {}),
    }),
  );
const ownSerials = (name: string, disks: readonly Disk[]) =>
  disks.map((disk) => (disk.serial?.startsWith("SER-") ? { ...disk, serial: `${name}-${disk.name}` } : disk));
const planOf = (servers: Servers, change: Partial<PlanInput> = {}) =>
  planSite({ site, facts: factsOf(servers), rules, services, steps, ...change });
const codes = (plan: Plan, severity?: string) =>
  plan.findings.filter((one) => severity === undefined || one.severity === severity).map((one) => one.code);
const empty = (count: number): Disk[] => Array.from({ length: count }, (_, index) => exampleDisk(`sd${index}`));

const room: Servers = {
  svc1: { cores: 2, memoryBytes: 4 * GIB, disks: [exampleDisk("sd0", { sizeBytes: 40e9 })] },
  st1: { cores: 2, memoryBytes: 3 * GIB, disks: empty(6) },
  st2: { cores: 2, memoryBytes: 3 * GIB, disks: empty(6) },
  st3: { cores: 2, memoryBytes: 3 * GIB, disks: empty(6) },
  cpu1: { cores: 2, memoryBytes: 3 * GIB },
  cpu2: { cores: 2, memoryBytes: 3 * GIB, versionId: "12" },
};

describe("planSite", () => {
  it("plans a small data centre", () => {
    const plan = planOf(room);
    expect(schemaProblems(Plan, plan)).toEqual([]);
    expect(plan.findings).toEqual([]);
    expect(plan.nodes.map(({ name, roles, services: carried, os }) => [name, roles[0], carried.join(), os])).toEqual([
      ["cpu1", "cpu", "agent", "debian 13"],
      ["cpu2", "cpu", "agent", "debian 12"],
      ["st1", "storage", "agent", "debian 13"],
      ["st2", "storage", "agent", "debian 13"],
      ["st3", "storage", "agent", "debian 13"],
      ["svc1", "service", "control-plane,agent", "debian 13"],
    ]);
    expect(plan.services.map((one) => one.name)).toEqual(["control-plane", "agent"]);
    expect(plan.disks).toHaveLength(18);
    expect(plan.capacity).toEqual({
      rawBytes: 144e12,
      netBytes: 72e12,
      replicas: 2,
      cores: 4,
      threads: 8,
      memoryBytes: 6 * GIB,
      memoryGigabytesPerCore: 1.5,
      gpus: 0,
    });
    expect(plan.steps.map(({ id, hosts, estimateSeconds }) => [id, hosts.length, estimateSeconds])).toEqual([
      ["render-files", 0, 1],
      ["provision-agents", 6, 15],
    ]);
  });

  it("keeps services where the applied plan has them", () => {
    const two: Servers = { a: { memoryBytes: 8 * GIB }, b: { memoryBytes: 8 * GIB } };
    const first = planOf(two);
    expect(first.services[0]?.nodes).toEqual(["a"]);
    const more: Servers = { ...two, c: { memoryBytes: 64 * GIB } };
    expect(planOf(more).services[0]?.nodes).toEqual(["c"]);
    expect(planOf(more, { applied: first }).services[0]).toMatchObject({ nodes: ["a"], why: "stays where it is" });
  });

  it("gives voters an odd number of nodes", () => {
    const voting = service("votes", { placement: { role: "all", count: 5, minimum: 3 }, quorum: "majority" });
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, {}]));
    for (const [count, size, quorum] of [
      [8, 5, 3],
      [4, 3, 2],
      [3, 3, 2],
    ] as const) {
      const [placed] = planOf(many(count), { services: [voting] }).services;
      expect([new Set(placed?.nodes).size, placed?.quorum]).toEqual([size, quorum]);
    }
    expect(codes(planOf(many(2), { services: [voting] }), "refusal")).toContain("PLAN_TOO_FEW_HOSTS");
    expect(codes(planOf(many(4), { services: [voting] }), "warning")).toContain("PLAN_QUORUM_REDUCED");
  });

  it("counts net capacity by what copies on different nodes allow", () => {
    const sized = (counts: readonly number[], replicas: number) =>
      planOf(Object.fromEntries(counts.map((count, index) => [`st${index}`, { disks: empty(count) }])), {
        site: { ...site, storage: { replicas } },
      }).capacity.netBytes / 8e12;
    expect(sized([4, 4, 4], 2)).toBe(6);
    expect(sized([20, 4, 4], 2)).toBe(8);
    expect(sized([4, 4, 4], 3)).toBe(4);
    expect(sized([4], 2)).toBe(0);
  });
});

describe("findings", () => {
  const answers = (change: Partial<Site>): Partial<PlanInput> => ({ site: { ...site, ...change } });
  const used = exampleDisk("sd9", {
    empty: false,
    signatures: [{ type: "ext4", where: "/dev/sd9", label: null, uuid: null }],
  });
  const wipe = (server: string, serial: string, phrase = wipePhrase(server, serial)) => ({
    disks: { wipe: [{ server, serial, phrase }] },
  });
  const refused: [string, string, Servers, Partial<PlanInput>][] = [
    ["no facts", "PLAN_HOST_NOT_PROBED", {}, {}],
    ["one storage node for two copies", "PLAN_TOO_FEW_HOSTS", { st1: { disks: empty(4) }, svc: {} }, {}],
    ["fewer nodes of a role than asked for", "PLAN_TOO_FEW_HOSTS", room, answers({ minimum: { gpu: 1 } })],
    ["a role that does not exist", "PLAN_ROLE_UNKNOWN", room, answers({ minimum: { tpu: 1 } })],
    [
      "a service that does not exist",
      "PLAN_SERVICE_UNKNOWN",
      room,
      answers({ services: { coffee: { nodes: ["svc1"] } } }),
    ],
    [
      "a service on a node that does not exist",
      "PLAN_SERVER_UNKNOWN",
      room,
      answers({ services: { agent: { nodes: ["nobody"] } } }),
    ],
    [
      "an override of a server that does not exist",
      "PLAN_SERVER_UNKNOWN",
      room,
      answers({ overrides: [{ server: "nobody", roles: ["cpu"], by: "ada", why: "x" }] }),
    ],
    [
      "a clock five minutes off",
      "PROBE_CLOCK_SKEW",
      { ...room, cpu1: { memoryBytes: 3 * GIB, offsetMilliseconds: -400_000 } },
      {},
    ],
    [
      "one server at two addresses",
      "PROBE_SAME_SERVER",
      { a: { machineId: "m", bootId: "b" }, b: { machineId: "m", bootId: "b" } },
      {},
    ],
    ["cloned machine ids", "PROBE_DUPLICATE_MACHINE_ID", { a: { machineId: "m" }, b: { machineId: "m" } }, {}],
    ["an old system", "PLAN_OS_UNSUPPORTED", { ...room, cpu1: { versionId: "11" } }, {}],
    ["a disk to wipe that is not there", "PLAN_DISK_UNKNOWN_SERIAL", room, answers(wipe("st1", "NOSUCH"))],
    ["a disk to wipe on a server that is not there", "PLAN_SERVER_UNKNOWN", room, answers(wipe("nobody", "X"))],
    [
      "a phrase that is not exact",
      "PLAN_WIPE_PHRASE",
      { ...room, st1: { disks: [...empty(6), used] } },
      answers(wipe("st1", "st1-sd9", "Wipe st1-sd9 on st1")),
    ],
    [
      "a system disk to wipe",
      "PLAN_DISK_IS_SYSTEM",
      { ...room, st1: { disks: [...empty(6), exampleDisk("sd9", { empty: false, mountpoints: ["/"] })] } },
      answers(wipe("st1", "st1-sd9")),
    ],
    [
      "a mounted disk to wipe",
      "PLAN_DISK_IN_USE",
      { ...room, st1: { disks: [...empty(6), { ...used, inUse: true }] } },
      answers({ ...wipe("st1", "st1-sd9") }),
    ],
    [
      "a serial that two disks have",
      "PLAN_DISK_DUPLICATE_SERIAL",
      {
        ...room,
        st1: { disks: [...empty(4), exampleDisk("sd8", { serial: "SAME" }), exampleDisk("sd9", { serial: "SAME" })] },
      },
      {},
    ],
    ["a name given twice", "PLAN_NAME_INVALID", room, answers({ names: { "10.0.0.1": "same", "10.0.0.2": "same" } })],
    [
      "services that wait for each other",
      "PLAN_SERVICE_CYCLE",
      room,
      { services: [service("a", { dependsOn: ["b"] }), service("b", { dependsOn: ["a"] })] },
    ],
    [
      "a service that waits for none that is there",
      "PLAN_SERVICE_UNKNOWN",
      room,
      { services: [service("a", { dependsOn: ["b"] })] },
    ],
  ];
  it.each(refused)("refuse %s: %s", (_name, code, servers, change) => {
    expect(codes(planOf(servers, change), "refusal")).toContain(code);
  });

  const warned: [string, string, Servers, Partial<PlanInput>][] = [
    [
      "a server of the list that was never read",
      "PLAN_HOST_NOT_PROBED",
      room,
      answers({ servers: ["10.0.0.1", "10.0.0.99"] }),
    ],
    [
      "a server the last probe could not read",
      "PLAN_HOST_NOT_PROBED",
      room,
      {
        lastProbe: {
          findings: [],
          servers: [
            {
              status: "failed",
              host: "10.0.0.9",
              address: "10.0.0.9",
              error: { code: "X", message: "refused.", hint: "Look." },
            },
          ],
        },
      },
    ],
    ["different MTUs in a subnet", "PROBE_MTU_MISMATCH", { ...room, cpu1: { mtu: 9000 } }, {}],
    ["disks with something on them", "PLAN_DISK_NOT_EMPTY", { ...room, st1: { disks: [...empty(6), used] } }, {}],
    [
      "data that will be destroyed",
      "PLAN_DISK_WIPED",
      { ...room, st1: { disks: [...empty(6), used] } },
      answers(wipe("st1", "st1-sd9")),
    ],
    ["an adopted server", "PLAN_ADOPTED", { ...room, cpu1: { agents: ["salt"] } }, {}],
    ["a server nobody named", "PLAN_NAME_MADE_UP", { ...room, cpu1: { hostname: "localhost" } }, {}],
    [
      "a storage node without usable disks",
      "PLAN_STORAGE_WITHOUT_DISKS",
      { ...room, st1: { disks: empty(5).map((disk) => ({ ...disk, empty: null })) } },
      {},
    ],
  ];
  it.each(warned)("warn of %s: %s", (_name, code, servers, change) => {
    const plan = planOf(servers, change);
    expect(codes(plan, "warning")).toContain(code);
    expect(codes(plan, "refusal")).toEqual([]);
  });

  it("refuse a permission that was used before, and leave the disk alone", () => {
    const servers = { ...room, st1: { disks: [...empty(6), used] } };
    const change = answers(wipe("st1", "st1-sd9"));
    const wiped = planOf(servers, change).disks.find((disk) => disk.wipe);
    expect(wiped).toMatchObject({ host: "st1", serial: "st1-sd9", destroys: ["ext4 on /dev/sd9"] });
    const again = planOf(servers, {
      ...change,
      usedWipes: [{ server: "st1", serial: "st1-sd9", at: "2026-01-01", plan: "p", by: "ada" }],
    });
    expect(again.disks.some((disk) => disk.serial === "st1-sd9")).toBe(false);
    expect(codes(again, "refusal")).toEqual(["PLAN_WIPE_USED"]);
  });

  it("name servers that share a host name by their address", () => {
    const plan = planOf({ a: { hostname: "Node.example.org" }, b: { hostname: "node" }, c: { hostname: "storage" } });
    expect(plan.nodes.map((node) => node.name)).toEqual(["node-10-0-0-1", "node-10-0-0-2", "storage-10-0-0-3"]);
  });
});

describe("whatever the servers and the answers", () => {
  const SERIALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
  const disk = fc.record({
    name: fc.constantFrom("sda", "sdb", "sdc"),
    serial: fc.option(fc.constantFrom(...SERIALS), { nil: null }),
    empty: fc.constantFrom(true, true, false, null),
    inUse: fc.constantFrom(false, false, true, null),
    mountpoints: fc.constantFrom<string[]>([], [], ["/"], ["/data"]),
    readOnly: fc.constantFrom(false, false, true),
    removable: fc.constantFrom(false, null, true),
    sizeBytes: fc.constantFrom(8e12, 4e12, 1000, null),
    signatures: fc.constantFrom<Disk["signatures"]>([], [{ type: "xfs", where: "/dev/sda", label: null, uuid: null }]),
    smart: fc
      .constantFrom("passed" as const, "unknown" as const, "failed" as const)
      .map((verdict) => ({ verdict, reason: null, hours: null, temperatureCelsius: null })),
  });
  const server = fc.record({
    disks: fc.array(
      disk.map((change) => exampleDisk(change.name, change)),
      { maxLength: 6 },
    ),
    clusters: fc.constantFrom([], [], [{ kind: "ceph", name: "ceph" }]),
    hostname: fc.constantFrom("n1", "localhost", ""),
  });
  const permission = fc.record({ server: fc.nat(2), disk: fc.nat(5), right: fc.constantFrom(true, true, false) });
  const input = fc.record({
    servers: fc.array(server, { minLength: 1, maxLength: 3 }),
    wipe: fc.array(permission, { maxLength: 4 }),
    exclude: fc.array(fc.constantFrom(...SERIALS), { maxLength: 1 }),
    usedWipes: fc.array(fc.constantFrom(...SERIALS), { maxLength: 2 }),
    roles: fc.constantFrom(["storage" as const], ["storage" as const], []),
  });
  const inputOf = ({
    servers,
    wipe,
    exclude,
    usedWipes,
    roles,
  }: typeof input extends fc.Arbitrary<infer T> ? T : never): PlanInput => ({
    site: {
      ...site,
      names: { "10.0.0.1": "n1", "10.0.0.2": "n2", "10.0.0.3": "n3" },
      // An override makes storage nodes of servers with few disks, so that their disks come into question at all.
      overrides: servers.map((_, index) => ({
        server: `10.0.0.${index + 1}`,
        roles: [...roles],
        by: "ada",
        why: "test",
      })),
      disks: {
        exclude,
        wipe: wipe.map((one) => {
          const server = `n${(one.server % servers.length) + 1}`;
          const disks = servers[one.server % servers.length]?.disks ?? [];
          const serial = disks[one.disk % Math.max(1, disks.length)]?.serial ?? "A";
          return { server, serial, phrase: one.right ? wipePhrase(server, serial) : `wipe ${serial}` };
        }),
      },
    },
    facts: servers.map((one, index) => exampleFacts(`s${index}`, { address: `10.0.0.${index + 1}`, ...one })),
    rules,
    services,
    steps,
    usedWipes: usedWipes.map((serial) => ({ server: "st1", serial, at: "2026-01-01", plan: "p", by: "ada" })),
  });

  it("takes no disk that is not surely empty, unless by an exact permission that was never used", () => {
    fc.assert(
      fc.property(input, (given) => {
        const { site: answers, facts, usedWipes = [], ...rest } = inputOf(given);
        const plan = planSite({ site: answers, facts, usedWipes, ...rest });
        const everywhere = facts.flatMap((one) => one.facts.disks.value?.disks ?? []);
        for (const planned of plan.disks) {
          const node = plan.nodes.find((one) => one.name === planned.host);
          const verdict = plan.verdicts.find((one) => one.server === planned.host);
          const own = facts.find((one) => one.address === node?.address)?.facts.disks.value?.disks ?? [];
          const found = own.find((one) => one.serial === planned.serial);
          expect(everywhere.filter((one) => one.serial === planned.serial)).toHaveLength(1);
          expect(found).toBeDefined();
          expect(node?.roles).toContain("storage");
          expect(found?.mountpoints).not.toContain("/");
          expect([found?.readOnly, found?.removable, found?.smart.verdict]).not.toContain(true);
          expect(found?.smart.verdict).not.toBe("failed");
          expect(found?.inUse).not.toBe(true);
          expect(answers.disks?.exclude).not.toContain(planned.serial);
          const permitted = answers.disks?.wipe?.some(
            (one) => one.serial === planned.serial && one.phrase === `wipe ${planned.serial} on ${planned.host}`,
          );
          const wasUsed = usedWipes.some((one) => one.serial === planned.serial);
          if (planned.wipe || found?.empty !== true || verdict?.adopted === true) {
            expect([permitted, wasUsed]).toEqual([true, false]);
          }
          expect(planned.wipe).toBe(found?.empty !== true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("accounts for every data disk once, fits its schema, and is the same in whatever order the facts come", () => {
    fc.assert(
      fc.property(input, fc.nat(), (given, seed) => {
        const one = inputOf(given);
        const plan = planSite(one);
        expect(schemaProblems(Plan, plan)).toEqual([]);
        const taken = plan.disks.map((disk) => `${disk.host} ${disk.serial}`);
        expect(new Set(taken).size).toBe(taken.length);
        const data = one.facts
          .flatMap((facts) => facts.facts.disks.value?.disks ?? [])
          .filter(
            (disk) =>
              !disk.mountpoints.includes("/") &&
              disk.removable !== true &&
              !disk.readOnly &&
              (disk.sizeBytes ?? 0) > 1e9,
          );
        expect(plan.disks.length + plan.untouchedDisks.length).toBe(data.length);
        const shuffled = one.facts.toSorted(
          (a, b) => ((a.address.charCodeAt(7) * (seed + 7)) % 5) - ((b.address.charCodeAt(7) * (seed + 7)) % 5),
        );
        expect(JSON.stringify(planSite({ ...one, facts: shuffled }))).toBe(JSON.stringify(plan));
      }),
      { numRuns: 300 },
    );
  });

  it("places every service on nodes of the plan, each once", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (nodes, count, votes) => {
          const one = service("one", { placement: { role: "all", count }, quorum: votes ? "majority" : "none" });
          const many = Object.fromEntries(Array.from({ length: nodes }, (_, index) => [`n${index}`, {}]));
          const plan = planOf(many, { services: [one] });
          const placed = plan.services[0]?.nodes ?? [];
          expect(placed.every((name) => plan.nodes.some((node) => node.name === name))).toBe(true);
          expect(new Set(placed).size).toBe(placed.length);
          expect(placed.length).toBe(
            votes && Math.min(nodes, count) % 2 === 0 ? Math.min(nodes, count) - 1 : Math.min(nodes, count),
          );
        },
      ),
    );
  });
});
