import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, type Trial } from "../testing.ts";
import { rawCommandRun } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

describe("raw", () => {
  it("gives the line to a shell as it is", async () => {
    const result = (await trial.run(rawCommandRun, { _raw_params: "echo $0; exit 3" })).result;
    expect(result).toEqual({
      changed: true,
      rc: 3,
      stdout: "/bin/sh\n",
      stderr: "",
      failed: true,
      msg: "non-zero return code",
    });
    expect((await trial.run(rawCommandRun, { _raw_params: "x" }, { check: true })).result).toEqual({ skipped: true });
  });
});
