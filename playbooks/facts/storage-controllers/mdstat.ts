import type { FactValue } from "#inventory/schema/facts.ts";
import { cleanText } from "../printed.ts";
import type { Unknowns } from "../unknowns.ts";

type SoftwareRaid = FactValue<"storage-controllers">["softwareRaid"][number];

const MAX_ARRAYS = 200;
const MAX_MEMBERS = 500;

/** Arrays in /proc/mdstat: `md0 : active raid1 sdb[1] sda[0](F)`, then `… [2/1] [U_]` and perhaps a line of progress. */
export function softwareRaids(lines: readonly string[], unknown: Unknowns): SoftwareRaid[] {
  const arrays: { name: string; words: string[]; below: string }[] = [];
  let present = false;
  for (const line of lines) {
    const match = /^(absent-)?(md\S*) : (.*)$/.exec(line);
    if (match?.[2] !== undefined) {
      present = match[1] === undefined && arrays.length < MAX_ARRAYS;
      if (present) arrays.push({ name: match[2].slice(0, 64), words: (match[3] ?? "").split(/\s+/), below: "" });
    } else if (/^\s/.test(line) && present) {
      const last = arrays.at(-1);
      if (last !== undefined) last.below = `${last.below} ${line}`.slice(0, 2_000);
    }
  }
  return arrays.map(({ name, words, below }, index) => ({
    name,
    level: unknown.or(
      `softwareRaid/${index}/level`,
      words.find((word) => /^(?:raid\d+|linear|multipath|faulty)$/.test(word)),
      "an array that is not running has none",
    ),
    members: words
      .flatMap((word) => /^([A-Za-z0-9!_.-]{1,64})\[\d+\]/.exec(word)?.[1] ?? [])
      .slice(0, MAX_MEMBERS)
      .sort(),
    state: unknown.or(`softwareRaid/${index}/state`, stateOf(words, below), "/proc/mdstat does not say"),
  }));
}

function stateOf(words: readonly string[], below: string): string | null {
  const activity = /(?:resync|recovery|reshape|check)\s*=\s*\S+/.exec(below)?.[0]?.replace(/\s*=\s*/, " ");
  const missing = /\[(\d+)\/(\d+)\]/.exec(below);
  const degraded = missing !== null && missing[1] !== missing[2] ? "degraded" : null;
  const readOnly = words.find((word) => /^\((?:auto-)?read-only\)$/.test(word))?.slice(1, -1);
  return cleanText([words[0], readOnly, degraded, activity].filter((part) => part != null).join(", "));
}
