import { stat } from "node:fs/promises";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { outputSettings } from "../configuration/output-settings.ts";
import { runPlaybook } from "../engine.ts";
import { outlineOf } from "../outline/outline.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import { tellUnmatched } from "./hosts.ts";
import { OWN_OPTIONS, PLAYBOOK_OPTIONS } from "./option-table.ts";
import type { Words } from "./options.ts";
import { outlineLines } from "./outline-text.ts";
import { openOutlet } from "./output.ts";
import { type Invocation, runProgram } from "./program.ts";
import { type RunBasis, runBasis } from "./session.ts";

/** Runs playbooks as ansible-playbook does: its options, settings, output and exit codes. Gives the exit code; throws nothing. */
export function playbookProgram(call: Call): Promise<number> {
  return runProgram(
    {
      options: [...PLAYBOOK_OPTIONS, ...OWN_OPTIONS],
      usage: "[options] playbook.yml [playbook2 ...]",
      purpose: "Runs playbooks of Ansible's language on the hosts of an inventory.",
      run,
    },
    call,
  );
}

async function run(invocation: Invocation): Promise<number> {
  const { call, words, settings } = invocation;
  checkWords(call, words);
  const playbooks: string[] = [];
  for (const written of words.rest) playbooks.push(await playbookFile(written, settings));
  const basis = await runBasis(invocation);
  if (LISTINGS.some((name) => words.flags.has(name))) return list(playbooks, basis, invocation);
  const outlet = openOutlet(settings.get(outputSettings.stdoutCallback), invocation);
  try {
    for (const playbook of playbooks) {
      const { exitCode } = await runPlaybook({ ...basis, playbook, onEvent: (event) => outlet.event(event) });
      if (exitCode !== 0) return exitCode;
    }
    return 0;
  } finally {
    outlet.close();
  }
}

const LISTINGS = ["listHosts", "listTasks", "listTags", "syntaxCheck"];

/** Reads the playbooks and shows what is in them; `--syntax-check` alone shows their names. */
async function list(
  playbooks: readonly string[],
  basis: RunBasis,
  { words, settings, display }: Invocation,
): Promise<number> {
  const wishes = {
    hosts: words.flags.has("listHosts"),
    tasks: words.flags.has("listTasks"),
    tags: words.flags.has("listTags"),
  };
  const tags = wishes.tags && basis.tags?.length === 0 && basis.skipTags?.length === 0 ? ["never", "all"] : basis.tags;
  for (const [index, playbook] of playbooks.entries()) {
    const plays = await outlineOf({ ...basis, tags: tags ?? [], playbook });
    for (const part of plays.flatMap((play) => play.unmatched))
      tellUnmatched(part, settings, (text) => display.warning(text));
    const isSyntaxOnly = words.flags.has("syntaxCheck") && !wishes.hosts && !wishes.tasks && !wishes.tags;
    const lines = outlineLines(words.rest[index] ?? playbook, isSyntaxOnly ? [] : plays, wishes);
    for (const line of lines) display.show(line);
  }
  return 0;
}

function checkWords(call: Call, words: Words): void {
  if (words.rest.length === 0)
    throw commandLineErrors.invalid(call.program, "the following arguments are required: playbook");
  if (Number(words.texts.get("forks") ?? 1) < 1)
    throw commandLineErrors.invalid(call.program, "The number of processes (--forks) must be >= 1");
}

async function playbookFile(written: string, settings: Settings): Promise<string> {
  const path = expandPath(written, settings.around);
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) throw commandLineErrors.noPlaybook(written);
  if (!entry.isFile() && !entry.isFIFO()) throw commandLineErrors.noFile(written);
  return path;
}
