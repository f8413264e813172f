import { readFile } from "node:fs/promises";
import type { CommandRunner } from "./runner.ts";

/**
 * Makes `directory` a mount whose changes reach every namespace that has a copy of it. A host started for another lab
 * copies the machine's mounts; without this, it would hold on to ours after they are unmounted.
 */
export async function ensureSharedMount(directory: string, runner: CommandRunner): Promise<void> {
  if ((await mountsBelow(directory)).includes(directory)) return;
  await runner.run("mount", ["--bind", directory, directory]);
  await runner.run("mount", ["--make-shared", directory]);
}

/** Mount points of this machine at or below `directory`, the deepest first. */
export async function mountsBelow(directory: string): Promise<string[]> {
  return mountPointsIn(await readFile("/proc/self/mountinfo", "utf8"), directory);
}

/** Mount points at or below `directory` in text of the form of proc(5) mountinfo, the last mounted first. */
export function mountPointsIn(mountInfo: string, directory: string): string[] {
  return mountInfo
    .split("\n")
    .map((line) => unescapeOctal(line.split(" ")[4] ?? ""))
    .filter((point) => point === directory || point.startsWith(`${directory}/`))
    .reverse();
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
