import { readFile } from "node:fs/promises";

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
