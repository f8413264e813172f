import { execa } from "execa";
import type { Fact, FactSections, SectionOutput } from "#playbooks/facts/fact.ts";

const DEADLINE_SECONDS = 30;

/** Where sections are run: a program that takes a POSIX shell script on standard input. */
export type Shell = readonly [program: string, ...arguments_: string[]];

/** Runs every section of `fact` in `shell`, one after the other. */
export async function runSections(fact: Fact, shell: Shell): Promise<FactSections> {
  const sections: Record<string, SectionOutput> = {};
  for (const [name, script] of Object.entries(fact.sections)) sections[name] = await runSection(script, shell);
  return sections;
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
