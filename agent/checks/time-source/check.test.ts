import { describe, expect, it } from "vitest";
import type { TimeSourceReading } from "../../collectors/time-source/collector.ts";
import { judgedInTurn } from "../judging-for-tests.ts";
import { timeSource } from "./check.ts";

describe("time-source", () => {
  const at = (part: Partial<TimeSourceReading>): TimeSourceReading => ({
    keeper: "chrony",
    synchronised: true,
    source: "10.0.0.1",
    stratum: 3,
    container: undefined,
    ...part,
  });
  it("tells kept, unkept and nobody's clocks apart", () => {
    const turns = judgedInTurn(timeSource, [
      at({}),
      at({ synchronised: false }),
      at({ keeper: "none", synchronised: false }),
    ]);
    expect(turns.flat().map(({ status, code }) => [status, code])).toEqual([
      ["ok", undefined],
      ["problem", undefined],
      ["problem", "AGENT_TIME_SOURCE_MISSING"],
    ]);
  });
  it("says that a container's clock is the host's", () => {
    const turns = judgedInTurn(timeSource, [at({ keeper: "none", synchronised: false, container: "systemd-nspawn" })]);
    expect(turns[0]?.[0]).toMatchObject({ status: "ok", message: expect.stringContaining("clock is the host's") });
  });
});
