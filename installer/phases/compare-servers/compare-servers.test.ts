import { expect, test } from "vitest";
import type { NetworkInterface } from "#inventory/schema/facts.ts";
import { compareServers } from "./compare-servers.ts";
import type { ComparedServer } from "./compared-server.ts";
import { type ReachResult, reachabilityFindings, readTrials } from "./measure-reachability.ts";

interface Told {
  readonly machineId?: string;
  readonly bootId?: string;
  readonly serial?: string;
  readonly hostname?: string;
  readonly offset?: number;
  readonly virtualisation?: string;
  readonly interfaces?: readonly {
    readonly mac?: string;
    readonly mtu?: number;
    readonly addresses?: readonly string[];
  }[];
}

function server(host: string, told: Told = {}): ComparedServer {
  const reading = <T>(value: T) => ({ value, unknown: [] });
  return {
    host,
    address: `10.0.0.${host.length}`,
    port: 22,
    facts: {
      identity: reading({
        hostname: told.hostname ?? host,
        fqdn: null,
        machineId: told.machineId ?? `machine-${host}`,
        bootId: told.bootId ?? `boot-${host}`,
        vendor: null,
        model: null,
        serial: told.serial ?? null,
        uuid: null,
        assetTag: null,
        chassis: null,
      }),
      "operating-system": {
        value: null,
        unknown: [],
        ...(told.virtualisation === undefined ? {} : reading(system(told.virtualisation))),
      },
      time: reading({
        epochMilliseconds: null,
        offsetMilliseconds: told.offset ?? 0,
        synchronised: null,
        source: null,
        server: null,
        timezone: null,
      }),
      network: reading({
        interfaces: (told.interfaces ?? []).map(
          (one, index): NetworkInterface => ({
            name: `eth${index}`,
            mac: one.mac ?? null,
            driver: null,
            speedMegabits: null,
            duplex: null,
            link: null,
            mtu: one.mtu ?? 1500,
            kind: "physical",
            addresses: [...(one.addresses ?? [])],
            pciAddress: null,
            neighbour: null,
          }),
        ),
        defaultGateway: null,
        defaultInterface: null,
      }),
    },
  };
}

function system(virtualisation: string) {
  const unknown = {
    id: null,
    versionId: null,
    codename: null,
    name: null,
    family: null,
    kernel: null,
    architecture: null,
  };
  const rest = { libc: null, packageManager: null, initSystem: null, python: null, uptimeSeconds: null };
  return { ...unknown, ...rest, virtualisation };
}

const codes = (servers: readonly ComparedServer[]) =>
  compareServers(servers).map((one) => [one.severity, one.code, one.hosts]);

test("servers that differ in everything give no finding, nor does one server or none", () => {
  expect(compareServers([server("a", { serial: "1" }), server("bb", { serial: "2" })])).toEqual([]);
  expect(compareServers([server("a")])).toEqual([]);
  expect(compareServers([])).toEqual([]);
});

test("one clock that is off is told from a prober that is off", () => {
  expect(codes([server("a"), server("bb"), server("ccc", { offset: 5_000 })])).toEqual([
    ["warning", "PROBE_CLOCK_SKEW", ["ccc"]],
  ]);
  expect(codes([server("a"), server("bb"), server("ccc", { offset: -400_000 })])).toEqual([
    ["refusal", "PROBE_CLOCK_SKEW", ["ccc"]],
  ]);
  expect(codes([server("a", { offset: 9_000 }), server("bb", { offset: 9_100 })])).toEqual([
    ["warning", "PROBE_OWN_CLOCK_SKEW", []],
  ]);
});

test("identities that two servers claim", () => {
  const serial = "S123";
  expect(codes([server("a", { serial }), server("bb", { serial })])).toEqual([
    ["warning", "PROBE_DUPLICATE_SERIAL", ["a", "bb"]],
  ]);
  expect(codes([server("a", { machineId: "m" }), server("bb", { machineId: "m" })])).toEqual([
    ["refusal", "PROBE_DUPLICATE_MACHINE_ID", ["a", "bb"]],
  ]);
  expect(codes([server("a", { hostname: "X" }), server("bb", { hostname: "x" })])).toEqual([
    ["warning", "PROBE_DUPLICATE_HOSTNAME", ["a", "bb"]],
  ]);
  const interfaces = [{ mac: "02:00:00:00:00:01" }];
  expect(codes([server("a", { interfaces }), server("bb", { interfaces })])).toEqual([
    ["refusal", "PROBE_DUPLICATE_MAC", ["a", "bb"]],
  ]);
});

test("containers share their machine's serial without a finding", () => {
  const told = { serial: "S123", virtualisation: "systemd-nspawn" };
  expect(compareServers([server("a", told), server("bb", told)])).toEqual([]);
});

test("one server reached at two addresses is one finding", () => {
  const told = {
    machineId: "m",
    bootId: "b",
    serial: "S",
    hostname: "same",
    interfaces: [{ mac: "02:00:00:00:00:01" }],
  };
  expect(codes([server("a", told), server("bb", told), server("ccc")])).toEqual([
    ["refusal", "PROBE_SAME_SERVER", ["a", "bb"]],
  ]);
});

test("MTUs are compared within a subnet, on every interface", () => {
  const on = (mtu: number, ...addresses: string[]) => ({
    interfaces: [{ addresses: ["10.0.0.9/24"] }, { mtu, addresses }],
  });
  const servers = [
    server("a", on(9000, "10.1.0.1/24")),
    server("bb", on(1500, "10.1.0.2/24")),
    server("ccc", on(9000, "10.2.0.1/24", "garbage")),
  ];
  expect(codes(servers)).toEqual([["warning", "PROBE_MTU_MISMATCH", ["a", "bb"]]]);
  expect(compareServers(servers)[0]?.message).toContain("In 10.1.0.0/24 the MTU differs: 1500 on bb; 9000 on a");
});

test("what servers printed about their trials", () => {
  const printed = [
    "0 0 ",
    "1 1 bash: connect: Connection refused",
    "2 124 ",
    "3 1 bash: connect: No route to host",
    "4 125 ",
    "99 0 ",
    "garbage",
    "",
  ].join("\n");
  expect(readTrials(printed, 6)).toEqual(["open", "closed", "filtered", "unreachable", "unknown", "unknown"]);
});

test("who cannot reach whom is told once, by the side that explains most", () => {
  const servers = ["a", "bb", "ccc", "dddd"].map((host) => server(host));
  const row = (from: string, to: string, reach: ReachResult["reach"], port = 22): ReachResult => ({
    from,
    to,
    port,
    reach,
  });
  const findings = (results: ReachResult[]) =>
    reachabilityFindings({ ports: [], tried: 12, sampled: false, results }, servers).map((one) => one.message);
  expect(findings([row("a", "bb", "filtered"), row("a", "ccc", "filtered"), row("a", "dddd", "filtered")])).toEqual([
    "a cannot reach any other server on port 22 (filtered).",
  ]);
  expect(findings([row("a", "bb", "unreachable"), row("ccc", "bb", "unreachable")])).toEqual([
    "a, ccc cannot reach bb on port 22 (unreachable).",
  ]);
  expect(findings([row("a", "bb", "closed", 6789)])).toEqual([]);
  expect(findings([row("a", "bb", "closed")])).toHaveLength(1);
  expect(findings([row("dddd", "bb", "unknown")])[0]).toContain("dddd could not try");
});
