import { readFile, stat, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hostAnswering } from "./host-answering/operation.ts";
import { kernelParameterSet } from "./kernel-parameter-set/operation.ts";
import { temporaryPathMade } from "./temporary-path-made/operation.ts";
import { openTrial, proveIdempotence, type Trial } from "./testing.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

it("host-answering says pong, or fails when told to", async () => {
  expect((await trial.run(hostAnswering, {})).result).toEqual({ changed: false, ping: "pong" });
  expect((await trial.run(hostAnswering, { data: "crash" })).result).toMatchObject({ failed: true, msg: "boom" });
});

it("temporary-path-made makes a new path each time", async () => {
  const args = { path: trial.folder, prefix: "a 'b' ", suffix: ".$(x)", state: "directory" };
  const one = (await trial.run(temporaryPathMade, args)).result;
  const two = (await trial.run(temporaryPathMade, args)).result;
  expect(one).toMatchObject({ changed: true });
  expect(one.path).not.toBe(two.path);
  expect(String(one.path).startsWith(`${trial.folder}/a 'b' `)).toBe(true);
  expect((await stat(String(one.path))).isDirectory()).toBe(true);
  expect((await trial.run(temporaryPathMade, { prefix: "a/b" })).result.failed).toBe(true);
});

it("kernel-parameter-set keeps one line for a parameter and leaves the others", async () => {
  const path = trial.path("sysctl.conf");
  await writeFile(path, "# vm.swappiness=1\nvm.swappiness = 10\nnet.ipv4.tcp_rmem=1 2 3\nvm.swappiness=20\n");
  const args = { sysctl_file: path, reload: false };
  await proveIdempotence(trial, kernelParameterSet, { ...args, name: "vm.swappiness", value: "30" });
  expect(await readFile(path, "utf8")).toBe("# vm.swappiness=1\nnet.ipv4.tcp_rmem=1 2 3\nvm.swappiness=30\n");
  const same = await trial.run(kernelParameterSet, { ...args, name: "net.ipv4.tcp_rmem", value: "1\t2  3" });
  expect(same.plan.changes).toEqual([]);
  await proveIdempotence(trial, kernelParameterSet, { ...args, name: "vm.swappiness", state: "absent" });
  expect((await trial.run(kernelParameterSet, { ...args, name: "a;b", value: "1" })).result.failed).toBe(true);
});
