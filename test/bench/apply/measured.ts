import { createInterface } from "node:readline";
import { execa } from "execa";
import type { ApplyEvent } from "#installer/phases/apply-plan/events.ts";

/** What a run cost the machine it was started on. */
export interface Cost {
  readonly wallSeconds: number;
  /** Of processes that were waited for: what a connection kept open in the background costs later is not in it. */
  readonly cpuSeconds: number;
  readonly phaseSeconds: Readonly<Record<string, number>>;
  /** Of the phases that run plays, together; 0 when there are none. */
  readonly playSeconds: number;
}

/** Runs a shell command that may print apply's events, and rejects when it complains. */
export async function measured(command: string): Promise<Cost> {
  const started = performance.now();
  const child = execa("bash", ["-c", `${command}\ntimes`], { buffer: { stdout: false, stderr: true }, stderr: "pipe" });
  const begun = new Map<string, number>();
  const phaseSeconds: Record<string, number> = {};
  const rest: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = line.startsWith("{") ? (JSON.parse(line) as ApplyEvent) : undefined;
    if (event === undefined) rest.push(line);
    else if (event.type === "phase-start") begun.set(event.phase, performance.now());
    else if (event.type === "phase-end")
      phaseSeconds[event.phase] = (performance.now() - (begun.get(event.phase) ?? 0)) / 1000;
    else if (event.type === "run-end" && event.exitCode !== 0) throw new Error(line);
  }
  const { stderr } = await child;
  if (stderr !== "") throw new Error(stderr);
  const wallSeconds = (performance.now() - started) / 1000;
  const plays = Object.entries(phaseSeconds).filter(([name]) => name.startsWith("provision-"));
  return {
    wallSeconds,
    cpuSeconds: childSeconds(rest.at(-1) ?? ""),
    phaseSeconds,
    playSeconds: plays.reduce((sum, [, seconds]) => sum + seconds, 0),
  };
}

/** bash's `times`: its last line is user and system time of its children, `0m1.2s 0m0.3s`. */
function childSeconds(line: string): number {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  );
}

export function median(costs: readonly Cost[]): Cost {
  const middle = costs.toSorted((a, b) => a.wallSeconds - b.wallSeconds)[Math.floor(costs.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}
