import { randomBytes } from "node:crypto";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Fact, FactSections, SectionOutput } from "#playbooks/facts/fact.ts";

/** Seconds one section may take, and seconds after which no further section is started. */
const SECTION_SECONDS = 20;
const SCRIPT_SECONDS = 90;

/** Everything a probe asks of one server, as one script, and how to read what it prints. */
export interface ProbeScript {
  readonly text: string;
  readonly boundary: string;
  /** Milliseconds after which even a server without `timeout` has had all the time it gets. */
  readonly timeoutMilliseconds: number;
}

/**
 * One script that runs every section of every fact, each in a shell of its own, without input, for a limited time. The
 * time fact comes first: its clock reading is compared with the moment the script was sent. A section that is not
 * reached in time is not run.
 */
export function probeScript(facts: readonly Fact[]): ProbeScript {
  const boundary = `@@${randomBytes(12).toString("hex")}`;
  const ordered = [...facts].sort((a, b) => Number(b.name === "time") - Number(a.name === "time"));
  const calls = ordered.flatMap((fact) =>
    Object.entries(fact.sections).map(
      ([section, script]) => `s ${fact.name} ${shellQuote(section)} ${shellQuote(script)}`,
    ),
  );
  return {
    text: `${runner(boundary)}\n${calls.join("\n")}\n`,
    boundary,
    timeoutMilliseconds: (SCRIPT_SECONDS + SECTION_SECONDS + 10) * 1000,
  };
}

/** Uptime is read with the shell's own words: a process for it would cost more than most sections do. */
function runner(boundary: string): string {
  return [
    `limit=; ! command -v timeout >/dev/null 2>&1 || limit='timeout -k 2 ${SECTION_SECONDS}'`,
    "up() { read -r now rest </proc/uptime; now=${now%%.*}; }",
    `up; last=$((now + ${SCRIPT_SECONDS}))`,
    "s() {",
    `  up; [ "$now" -le "$last" ] || return 0`,
    `  printf '\\n${boundary} begin %s %s\\n' "$1" "$2"; printf '\\n${boundary} begin %s %s\\n' "$1" "$2" >&2`,
    `  $limit /bin/sh -c "$3" </dev/null; status=$?`,
    `  printf '\\n${boundary} end %s\\n' "$status"; printf '\\n${boundary} end %s\\n' "$status" >&2`,
    "}",
  ].join("\n");
}

/** What each section of each fact printed. Output that was cut off ends in a section without a status. */
export function sectionsOf(
  script: Pick<ProbeScript, "boundary">,
  output: { readonly stdout: string; readonly stderr: string },
): ReadonlyMap<string, FactSections> {
  const complaints = splitOutput(output.stderr, script.boundary);
  const found = new Map<string, Record<string, SectionOutput>>();
  for (const [name, part] of splitOutput(output.stdout, script.boundary)) {
    const [fact = "", section = ""] = name.split(" ");
    const sections = found.get(fact) ?? {};
    found.set(fact, sections);
    sections[section] = {
      stdout: part.text,
      stderr: complaints.get(name)?.text ?? "",
      // 124 is `timeout`'s own status, 137 that of a section that did not obey it.
      status: part.status === 124 || part.status === 137 ? null : part.status,
    };
  }
  return found;
}

function splitOutput(text: string, boundary: string): Map<string, { text: string; status: number | null }> {
  const parts = new Map<string, { text: string; status: number | null }>();
  for (const piece of text.split(`\n${boundary} begin `).slice(1)) {
    const newline = piece.indexOf("\n");
    if (newline < 0) continue;
    const end = piece.lastIndexOf(`\n${boundary} end `);
    const status = end < 0 ? Number.NaN : Number(piece.slice(end + boundary.length + 6).trim() || Number.NaN);
    parts.set(piece.slice(0, newline), {
      text: piece.slice(newline + 1, end < 0 ? undefined : Math.max(end, newline + 1)),
      status: Number.isInteger(status) ? status : null,
    });
  }
  return parts;
}
