import { describe, expect, it } from "vitest";
import type { ProcessorReading } from "../../collectors/processor/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { load } from "./check.ts";

describe("load", () => {
  const at = (load5: number, container?: string): ProcessorReading => ({
    load: [load5, load5, load5],
    count: 4,
    ticks: { user: 0, system: 0, idle: 0, waiting: 0, stolen: 0 },
    container,
  });
  it("bears a busy node, reports an overrun one, with a way back", () => {
    expect(statusesOf(judgedInTurn(load, [at(4), at(17), at(13), at(11)]))).toEqual(["ok", "problem", "problem", "ok"]);
  });
  it("does not judge the machine's load inside a container", () => {
    const turns = judgedInTurn(load, [at(400, "systemd-nspawn")]);
    expect(turns[0]?.[0]).toMatchObject({ status: "ok", message: expect.stringContaining("the machine's") });
  });
});
