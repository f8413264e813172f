import { describe, expect, it } from "vitest";
import type { RemoteMount } from "../../collectors/remote-mounts/collector.ts";
import { judgedInTurn } from "../judging-for-tests.ts";
import { staleMount } from "./check.ts";

describe("stale-mount", () => {
  const at = (state: RemoteMount["state"]): readonly RemoteMount[] => [
    {
      mountpoint: "/bdap",
      type: "ceph",
      source: "10.0.0.1:/",
      state,
      reason: state === "stale" ? "it does not answer within 5 s" : "",
    },
  ];
  it("reports what does not answer, and nothing else", () => {
    const turns = judgedInTurn(staleMount, [at("answers"), at("stale"), at("closed"), []]);
    expect(turns.map(([finding]) => finding?.status)).toEqual(["ok", "problem", "ok", "ok"]);
    expect(turns[1]?.[0]?.hint).toContain("umount --lazy /bdap");
  });
});
