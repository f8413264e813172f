import { stat } from "node:fs/promises";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { outputSettings } from "../configuration/output-settings.ts";
import { runPlaybook } from "../engine.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import { OWN_OPTIONS, PLAYBOOK_OPTIONS } from "./option-table.ts";
import type { Words } from "./options.ts";
import { openOutlet } from "./output.ts";
import { type Invocation, runProgram } from "./program.ts";
import { runBasis } from "./session.ts";

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

async function run({ call, words, settings, display }: Invocation): Promise<number> {
  checkWords(call, words);
  const playbooks: string[] = [];
  for (const written of words.rest) playbooks.push(await playbookFile(written, settings));
  const basis = await runBasis(call, words, settings, display);
  const outlet = openOutlet(settings.get(outputSettings.stdoutCallback), { call, words, settings, display });
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
