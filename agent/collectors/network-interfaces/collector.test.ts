import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { networkInterfaces, parseRoutes, parseTraffic } from "./collector.ts";

const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 2708884     756    0    0    0     0          0         0  2708884     756    0    0    0     0       0          0
  eno1: 1000     100    2    9    0     1          0         0     2000     200    3    9    0     0       4          0
  eno2:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
docker0:      0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
veth12:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
`;
const ROUTE = `Iface\tDestination\tGateway \tFlags
eno1\t00000000\t010200C0\t0003
docker0\t000011AC\t00000000\t0001
*\t00004D0A\t00000000\t0201
`;
const FILES = {
  "/proc/net/dev": DEV,
  "/proc/net/route": ROUTE,
  "/sys/class/net/lo/mtu": "65536",
  "/sys/class/net/eno1/device/vendor": "0x8086",
  "/sys/class/net/eno1/flags": "0x1003\n",
  "/sys/class/net/eno1/carrier": "1\n",
  "/sys/class/net/eno1/speed": "25000\n",
  "/sys/class/net/eno1/duplex": "full\n",
  "/sys/class/net/eno1/mtu": "9000\n",
  "/sys/class/net/eno1/master/uevent": "INTERFACE=bond0\nIFINDEX=5\n",
  "/sys/class/net/eno2/device/vendor": "0x8086",
  "/sys/class/net/eno2/flags": "0x1002\n",
  "/sys/class/net/eno2/speed": "-1\n",
  "/sys/class/net/docker0/flags": "0x1003\n",
  "/sys/class/net/docker0/carrier": "0\n",
  "/sys/class/net/veth12/flags": "0x1003\n",
};

describe("network-interfaces", () => {
  it("reads cables and what routes lead through, and nothing else", async () => {
    const reading = await networkInterfaces.collect(capturedHost({ files: FILES }));
    expect(reading.map(({ name, kind }) => [name, kind])).toEqual([
      ["docker0", "virtual"],
      ["eno1", "physical"],
      ["eno2", "physical"],
    ]);
    expect(reading[1]).toEqual({
      name: "eno1",
      kind: "physical",
      enabled: true,
      carrier: true,
      speed: 25_000,
      halfDuplex: false,
      mtu: 9000,
      master: "bond0",
      hasRoute: true,
      traffic: { receivedBytes: 1000, sentBytes: 2000, packets: 300, errors: 10 },
    });
    expect(reading[2]).toMatchObject({ enabled: false, carrier: false, speed: undefined });
  });

  it("reckons rates between two readings, and none below nothing", async () => {
    const [previous, reading] = [DEV.replace("1000     100", " 500      50"), DEV].map((dev) => parseTraffic(dev));
    const nic = (await networkInterfaces.collect(capturedHost({ files: FILES })))[1];
    const at = (traffic = previous?.get("eno1")) =>
      nic === undefined || traffic === undefined ? [] : [{ ...nic, traffic }];
    const forward = networkInterfaces.metrics(at(reading?.get("eno1")), {
      previous: at(),
      elapsedMilliseconds: 10_000,
    });
    expect(forward['network_received_bytes_per_second{interface="eno1"}']).toBe(50);
    const back = networkInterfaces.metrics(at(), { previous: at(reading?.get("eno1")), elapsedMilliseconds: 10_000 });
    expect(back['network_received_bytes_per_second{interface="eno1"}']).toBe(0);
  });

  it("reads no interface out of garbage", () => {
    expect(parseTraffic("eth0: 1 2 3\n").size).toBe(0);
    expect(parseRoutes("").size).toBe(0);
  });
});
