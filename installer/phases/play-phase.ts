import { join } from "node:path";
import { ApplianceError, type ErrorRecord } from "#inventory/kernel/errors.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import { runUnderAnsible } from "#playbooks/engine/ansible/ansible.ts";
import { runPlaybook } from "#playbooks/engine/engine.ts";
import type { EngineEvent, HostRecap } from "#playbooks/engine/events.ts";
import type { PlaybookRun } from "#playbooks/engine/run.ts";
import type { ModuleResult } from "#playbooks/operations/operation.ts";
import type { HostOutcome, Phase, PhaseInput, PhaseReport } from "./phase.ts";
import { accessOf } from "./site-access/site-access.ts";

/** Characters of a program's last words that are told. */
const SAID = 600;

/** A phase that runs one playbook of ours. */
export interface PlayPhase extends Omit<Phase, "run"> {
  /** File under playbooks/plays. */
  readonly play: string;
  /** Variables for this run; secrets among them stay `Secret`s. */
  variables(input: PhaseInput): Promise<Readonly<Record<string, unknown>>>;
}

/** Makes the phase out of its play: runs it on the phase's hosts with the chosen engine and reads the outcome per host. */
export function playPhase(definition: PlayPhase): Phase {
  const { play, variables, ...rest } = definition;
  return { ...rest, run: async (input) => runPlay(play, await variables(input), input) };
}

async function runPlay(
  play: string,
  variables: Readonly<Record<string, unknown>>,
  input: PhaseInput,
): Promise<PhaseReport> {
  const causes = new Map<string, ErrorRecord>();
  const run = await playbookRun(play, variables, input, (event) => noteCause(event, causes));
  if (input.hosts.length === 0) return { hosts: {}, changed: false };
  const outcome = input.options.engine === "ansible" ? await runUnderAnsible(run) : await runPlaybook(run);
  const hosts: Record<string, HostOutcome> = {};
  for (const host of input.hosts) {
    const recap = outcome.hosts[host];
    if (recap !== undefined) hosts[host] = outcomeOf(recap, causes.get(host));
    // With tags a host may have no task at all; without, silence about it must not pass for success.
    else if (input.options.tags.length === 0) hosts[host] = { status: "failed", cause: unreported(play, host) };
  }
  return { hosts, changed: Object.values(outcome.hosts).some((recap) => recap.changed > 0) };
}

async function playbookRun(
  play: string,
  variables: Readonly<Record<string, unknown>>,
  input: PhaseInput,
  note: (event: EngineEvent) => void,
): Promise<PlaybookRun> {
  const { options, site, answers } = input;
  const access = await accessOf(site, answers);
  for (const message of access.warnings) await input.onEvent({ type: "warning", message });
  const hostKeys = openKnownHosts(site.paths.knownHosts);
  const become = access.sudoPassword === undefined ? {} : { ansible_become_password: access.sudoPassword };
  return {
    playbook: join(input.packageRoot, "playbooks", "plays", play),
    inventory: [input.inventory],
    rolesPath: [join(input.packageRoot, "playbooks", "roles")],
    extraVariables: { bdap_rendered: input.rendered, ...become, ...variables },
    limit: input.hosts.join(","),
    ...(options.tags.length > 0 ? { tags: options.tags } : {}),
    ...(options.skipTags.length > 0 ? { skipTags: options.skipTags } : {}),
    forks: options.forks,
    check: options.check,
    diff: options.diff,
    pendingHandlers: input.pendingHandlers,
    connect: async (host, _variables, signal) => {
      const node = input.plan.nodes.find((candidate) => candidate.name === host);
      if (node === undefined) throw unplannedHost(host);
      return connectSsh(access.endpoint(node), { hostKeys, signal });
    },
    onEvent: async (event) => {
      note(event);
      await input.onEvent(event);
    },
    signal: input.signal,
  };
}

function noteCause(event: EngineEvent, causes: Map<string, ErrorRecord>): void {
  if (event.type !== "task-result") return;
  if (event.status !== "failed" && event.status !== "unreachable" && event.status !== "unknown") return;
  causes.set(event.host, event.error ?? failedTask(event.task, event.role, event.result));
}

function failedTask(task: string, role: string | undefined, result: ModuleResult): ErrorRecord {
  return {
    code: "PLAYBOOKS_TASK_FAILED",
    kind: "environment",
    message: `${role === undefined ? "" : `${role}: `}${task}: ${failureWords(result)}`,
    hint: "Correct what it says on that host, then run bdap apply again: it goes on from there.",
    context: { task },
  };
}

/** What a module says, and the end of what its program said: "failed to validate" alone helps nobody. */
function failureWords({ msg, stderr }: ModuleResult): string {
  const words = typeof msg === "string" && msg !== "" ? msg : "failed";
  const said = typeof stderr === "string" ? stderr.trim().slice(-SAID) : "";
  return said === "" || words.includes(said) ? words : `${words}: ${said}`;
}

function unreported(play: string, host: string): ErrorRecord {
  return {
    code: "INSTALLER_HOST_UNREPORTED",
    kind: "environment",
    message: `${play} ended without a word about ${host}.`,
    hint: "Look whether the host is in the site's inventory and in the play's group, then run bdap apply again.",
    context: { play, host },
  };
}

function outcomeOf(recap: HostRecap, cause: ErrorRecord | undefined): HostOutcome {
  const because = cause === undefined ? {} : { cause };
  if (recap.unreachable > 0) return { status: "unreachable", ...because };
  if (recap.failed > 0) return { status: "failed", ...because };
  return { status: recap.changed > 0 ? "changed" : "done" };
}

function unplannedHost(host: string): ApplianceError {
  return new ApplianceError({
    code: "INSTALLER_HOST_NOT_PLANNED",
    kind: "user",
    message: `${host} is in the inventory but not in the plan.`,
    hint: "Run bdap plan again, or take the host out of the inventory.",
    context: { host },
  });
}
