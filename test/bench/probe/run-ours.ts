import { join } from "node:path";
import { execa } from "execa";
import type { BenchHosts } from "./hosts.ts";

export interface Cost {
  readonly wallSeconds: number;
  readonly cpuMilliseconds: number;
}

export interface OurCost extends Cost {
  readonly rssBeforeMebibytes: number;
  readonly rssMostMebibytes: number;
  /** What is still held after a collection. */
  readonly heapAfterMebibytes: number;
  readonly failed: readonly { readonly message: string }[];
}

/** Probes the first `count` hosts in a process of its own, `concurrency` at a time. Rejects when one cannot be read. */
export async function runOurs(hosts: BenchHosts, count: number, concurrency: number): Promise<OurCost> {
  const program = join(import.meta.dirname, "ours.ts");
  const { stdout } = await execa(process.execPath, [
    "--expose-gc",
    program,
    hosts.privateKeyFile,
    String(concurrency),
    ...hosts.addresses.slice(0, count),
  ]);
  const cost = JSON.parse(stdout) as OurCost;
  for (const { message } of cost.failed) throw new Error(message);
  return cost;
}
