import { execa } from "execa";
import type { Fact, FactSections, SectionOutput } from "#playbooks/facts/fact.ts";

const DEADLINE_SECONDS = 30;

/** Where sections are run: a program that takes a POSIX shell script on standard input. */
export type Shell = readonly [program: string, ...arguments_: string[]];

/** Runs every section of `fact` in `shell`, one after the other, as if the tools in `without` were not installed. */
export async function runSections(fact: Fact, shell: Shell, without: readonly string[]): Promise<FactSections> {
  const sections: Record<string, SectionOutput> = {};
  for (const [name, script] of Object.entries(fact.sections))
    sections[name] = await runSection(`${hiding(without)}${script}`, shell);
  return sections;
}

/** Sections ask for tools with `command -v` and with nothing else. */
function hiding(tools: readonly string[]): string {
  return tools.length === 0 ? "" : `command() { case $2 in ${tools.join("|")}) return 1 ;; esac; type "$2"; }\n`;
}

async function runSection(script: string, [program, ...words]: Shell): Promise<SectionOutput> {
  const result = await execa(program, words, {
    input: script,
    reject: false,
    timeout: DEADLINE_SECONDS * 1000,
    stripFinalNewline: false,
  });
  return { stdout: result.stdout, stderr: result.stderr, status: result.exitCode ?? null };
}
