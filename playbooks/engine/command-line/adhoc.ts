import { join } from "node:path";
import { selectHosts } from "#inventory/select/patterns.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import { outputSettings } from "../configuration/output-settings.ts";
import { runSettings } from "../configuration/run-settings.ts";
import { runPlaybook } from "../engine.ts";
import { TreeReport } from "../report/tree-report.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import { ADHOC_OPTIONS, OWN_OPTIONS } from "./option-table.ts";
import { openOutlet } from "./output.ts";
import { type Invocation, runProgram } from "./program.ts";
import { type RunBasis, runBasis } from "./session.ts";

/** Runs one task on a pattern of hosts as `ansible` does. Gives the exit code; throws nothing. */
export function adhocProgram(call: Call): Promise<number> {
  return runProgram(
    {
      options: [...ADHOC_OPTIONS, ...OWN_OPTIONS],
      usage: "<host-pattern> [options]",
      purpose: "Runs one task on the hosts of a pattern.",
      run,
    },
    call,
  );
}

/** Modules that do nothing without arguments. */
const NEEDS_ARGUMENTS: ReadonlySet<string> = new Set(
  ["command", "raw", "script", "shell", "win_command", "win_shell"].flatMap((name) => [
    name,
    `ansible.builtin.${name}`,
  ]),
);

async function run(invocation: Invocation): Promise<number> {
  const { call, words, settings, display } = invocation;
  const [pattern, ...more] = words.rest;
  if (pattern === undefined)
    throw commandLineErrors.invalid(call.program, "the following arguments are required: pattern");
  if (more.length > 0) throw commandLineErrors.invalid(call.program, `unrecognized arguments: ${more.join(" ")}`);
  const basis = await runBasis(invocation, pattern);
  const hosts = hostsOf(pattern, basis);
  if (hosts.length === 0) {
    if (basis.limit !== undefined) throw commandLineErrors.noHosts();
    display.warning("No hosts matched, nothing to do");
  }
  if (words.flags.has("listHosts")) {
    display.show(`  hosts (${hosts.length}):`);
    for (const host of hosts) display.show(`    ${host}`);
    return 0;
  }
  const name = words.texts.get("moduleName") ?? settings.get(runSettings.moduleName);
  const given = words.texts.get("moduleArguments") ?? settings.get(runSettings.moduleArguments);
  if (given === "" && NEEDS_ARGUMENTS.has(name)) {
    const meant = pattern.endsWith(".yml") ? " (did you mean to run ansible-playbook?)" : "";
    throw commandLineErrors.refused(
      `No argument passed to ${name} module${meant}`,
      "Give the module's arguments after -a.",
    );
  }
  if (["import_playbook", "ansible.builtin.import_playbook"].includes(name))
    throw commandLineErrors.refused(`'${name}' is not a valid action for ad-hoc commands`, "Name a module after -m.");
  if (hosts.length === 0) return 0;
  const folder =
    words.texts.get("playbookFolder") ?? settings.get(runSettings.playbookFolder) ?? call.around.workingFolder;
  const outlet = openOutlet(callback(invocation), invocation);
  const treeFolder = words.texts.get("tree");
  const tree = treeFolder === undefined ? undefined : new TreeReport(expandPath(treeFolder, settings.around));
  try {
    const { exitCode } = await runPlaybook({
      ...basis,
      playbook: join(expandPath(folder, settings.around), "__adhoc_playbook__"),
      playbookText: JSON.stringify([playOf(pattern, name, given, invocation)]),
      onEvent: (event) => {
        tree?.event(event);
        outlet.event(event);
      },
    });
    return exitCode;
  } finally {
    outlet.close();
  }
}

function hostsOf(pattern: string, { hosts: { inventory, allowed } }: RunBasis): readonly string[] {
  const { hosts } = selectHosts(inventory, pattern);
  return allowed === undefined ? hosts : hosts.filter((host) => allowed.has(host));
}

function playOf(
  pattern: string,
  name: string,
  given: string,
  { words, settings }: Invocation,
): Record<string, unknown> {
  const background = Number(words.texts.get("background") ?? 0);
  const poll = Number(words.texts.get("pollInterval") ?? settings.get(runSettings.pollInterval));
  return {
    name: "Ansible Ad-Hoc",
    hosts: pattern,
    gather_facts: false,
    tasks: [{ [name]: argumentsOf(given), ...(background > 0 ? { async: background, poll } : {}) }],
  };
}

/** A JSON object, else words as a task has them behind its module. */
function argumentsOf(given: string): unknown {
  if (given === "") return null;
  if (!/^\{.*\}$/s.test(given)) return given;
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

function callback({ words, settings }: Invocation): string {
  if (words.flags.has("oneLine")) return "oneline";
  const named = settings.get(outputSettings.stdoutCallback);
  return settings.get(outputSettings.loadsCallbacks) && named !== "default" ? named : "minimal";
}
