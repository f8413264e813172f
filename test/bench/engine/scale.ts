import { join } from "node:path";
import { execa } from "execa";
import { oracle } from "#test/tooling/oracle.ts";
import { cost } from "./cost.ts";
import { lightHosts } from "./servers.ts";
import { BDAP } from "./ways.ts";
import { writeWork } from "./work.ts";

const HOSTS = 200;
const TASKS = 100;
/** A light host's end of its cable, and half of the round trip that is put on it. */
const DELAY = { device: "bdpbv1", milliseconds: 50 };

/** What grows: memory and processor time in hosts x tasks, wall time in the length of the way. */
export async function scale(folder: string): Promise<void> {
  const servers = await lightHosts(HOSTS);
  await writeWork(folder, servers.hosts, servers.key);
  const environment = { ANSIBLE_HOST_KEY_CHECKING: "False", ANSIBLE_NOCOLOR: "1", ANSIBLE_PIPELINING: "True" };
  const words = ["-i", join(folder, "inventory.yml"), join(folder, "hundred.yml")];
  const play = (limit: string) => [...BDAP, "playbook", ...words, "-f", "200", "-l", limit];
  for (const count of [20, HOSTS]) {
    const { wallSeconds, cpuSeconds, peakMebibytes } = await cost(play(`all[0:${count - 1}]`), environment);
    const each = ((cpuSeconds * 1000) / (count * TASKS)).toFixed(2);
    console.log(
      `${count} hosts x ${TASKS} tasks: ${wallSeconds.toFixed(1)} s, CPU per task and host ${each} ms, peak ${peakMebibytes.toFixed(0)} MiB`,
    );
  }
  const near = await traffic(() => cost(play("h1"), environment));
  await execa("tc", ["qdisc", "add", "dev", DELAY.device, "root", "netem", "delay", `${DELAY.milliseconds}ms`]);
  const far = await cost(play("h1"), environment);
  const slope = (far.wallSeconds - near.result.wallSeconds) / (DELAY.milliseconds / 1000);
  console.log(
    `1 host x ${TASKS} tasks: ${near.result.wallSeconds.toFixed(2)} s near, ${far.wallSeconds.toFixed(2)} s over ${DELAY.milliseconds} ms: ` +
      `${(slope / TASKS).toFixed(2)} round trips a task, ${(near.bytes / TASKS).toFixed(0)} bytes a task`,
  );
  const { ansiblePlaybook } = await oracle();
  const theirs = await cost([ansiblePlaybook, ...words, "-l", "h1"], environment);
  console.log(`ansible-playbook over ${DELAY.milliseconds} ms: ${theirs.wallSeconds.toFixed(2)} s`);
}

/** Runs `work` and counts the bytes that crossed the first host's cable meanwhile, both ways. */
async function traffic<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly bytes: number }> {
  const counters = async () => {
    const names = ["rx_bytes", "tx_bytes"].map((name) => `/sys/class/net/${DELAY.device}/statistics/${name}`);
    const { stdout } = await execa("cat", names);
    return stdout.split("\n").reduce((sum, line) => sum + Number(line), 0);
  };
  const before = await counters();
  const result = await work();
  return { result, bytes: (await counters()) - before };
}
