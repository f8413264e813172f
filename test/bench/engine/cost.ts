import { execa } from "execa";

/** What a whole process cost, its own children included. */
export interface Cost {
  readonly wallSeconds: number;
  /** Of the process and all children it waited for: what a connection kept open in the background costs is not in it. */
  readonly cpuSeconds: number;
  /** Largest resident size of any one of them. */
  readonly peakMebibytes: number;
}

/** Runs a command to its end and measures it by GNU time. Throws with its last words when it fails. */
export async function cost(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Cost> {
  const started = performance.now();
  const { exitCode, all } = await execa("/usr/bin/time", ["-q", "-f", "\ncost %U %S %M", ...command], {
    all: true,
    reject: false,
    env: environment,
    stdin: "ignore",
    timeout: 900_000,
  });
  const wallSeconds = (performance.now() - started) / 1000;
  const figures = /\ncost ([\d.]+) ([\d.]+) (\d+)\s*$/.exec(all);
  if (exitCode !== 0 || figures === null)
    throw new Error(`${command.join(" ")}\nexit ${exitCode}\n${all.slice(-2000)}`);
  return {
    wallSeconds,
    cpuSeconds: Number(figures[1]) + Number(figures[2]),
    peakMebibytes: Number(figures[3]) / 1024,
  };
}
