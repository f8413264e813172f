import { describe, expect, it } from "vitest";
import type { NetworkInterface } from "../../collectors/network-interfaces/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { linkState } from "./check.ts";

function nic(part: Partial<NetworkInterface> & { errors?: number; packets?: number } = {}): NetworkInterface {
  const { errors = 0, packets = 0, ...rest } = part;
  return {
    name: "eno1",
    kind: "physical",
    enabled: true,
    carrier: true,
    speed: 25_000,
    halfDuplex: false,
    mtu: 1500,
    master: undefined,
    hasRoute: false,
    traffic: { receivedBytes: 0, sentBytes: 0, packets, errors },
    ...rest,
  };
}

describe("link-state", () => {
  it("reports a link that was there and is gone, until it is back", () => {
    const turns = judgedInTurn(linkState, [[nic()], [nic({ carrier: false })], [nic({ carrier: false })], [nic()]]);
    expect(statusesOf(turns, "eno1")).toEqual(["ok", "problem", "problem", "ok"]);
  });
  it("leaves unused, switched-off and virtual interfaces alone", () => {
    const unused = nic({ name: "eno2", carrier: false, speed: undefined });
    const off = nic({ enabled: false, carrier: false });
    const bridge = nic({ name: "docker0", kind: "virtual", carrier: false, hasRoute: true });
    expect(statusesOf(judgedInTurn(linkState, [[unused]]), "eno2")).toEqual(["ok"]);
    expect(statusesOf(judgedInTurn(linkState, [[nic()], [off]]), "eno1")).toEqual(["ok", "ok"]);
    expect(statusesOf(judgedInTurn(linkState, [[bridge]]), "docker0")).toEqual(["ok"]);
  });
  it("reports a part of a bond without a link from the first look on", () => {
    const turns = judgedInTurn(linkState, [[nic({ carrier: false, master: "bond0" })]]);
    expect(turns[0]?.[0]).toMatchObject({ status: "problem", message: "eno1, a part of bond0, has no link." });
  });
  it("reports a link that is slower than it was, or at half duplex", () => {
    const turns = judgedInTurn(linkState, [[nic()], [nic({ speed: 1000 })], [nic()], [nic({ halfDuplex: true })]]);
    expect(turns.flat().map(({ code, status }) => [status, code])).toEqual([
      ["ok", undefined],
      ["problem", "AGENT_LINK_SLOW"],
      ["ok", undefined],
      ["problem", "AGENT_LINK_SLOW"],
    ]);
  });
  it("has nothing to say without interfaces", () => {
    expect(statusesOf(judgedInTurn(linkState, [[]]))).toEqual(["ok"]);
  });
});
