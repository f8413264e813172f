import { selectHosts } from "#inventory/select/patterns.ts";
import { pythonString } from "../expression/values.ts";
import type { Play, PlayNode, Task } from "../loader/nodes.ts";
import { tagsAllow } from "../loader/tags.ts";
import { openPlaybook } from "../open-playbook.ts";
import type { PlaybookRun } from "../run.ts";

/** A play as it would run, as far as its files tell; what it includes while it runs, and what rescues a block or always follows it, is not in it. */
export interface PlayOutline {
  readonly name: string;
  /** The patterns after `hosts:`. */
  readonly patterns: readonly string[];
  /** Those of them that match nothing. */
  readonly unmatched: readonly string[];
  readonly tags: readonly string[];
  readonly hosts: readonly string[];
  readonly tasks: readonly TaskOutline[];
}

export interface TaskOutline {
  readonly name: string;
  readonly tags: readonly string[];
}

/** The plays of a playbook with the tasks that the run's tags choose. Touches no host. Throws as `runPlaybook` does for its files. */
export async function outlineOf(run: Omit<PlaybookRun, "onEvent">): Promise<PlayOutline[]> {
  const { plays, templar, inventory } = await openPlaybook(run);
  const scope = { get: (name: string) => run.extraVariables[name] };
  return plays.map((play) => {
    const value = templar.template(play.hosts, scope);
    const patterns = (Array.isArray(value) ? value : [value]).map(pythonString);
    const { hosts, unmatched } = selectHosts(inventory, patterns);
    const allowed = run.limitedTo;
    return {
      name: play.name,
      patterns,
      unmatched,
      tags: play.directives.tags,
      hosts: allowed === undefined ? hosts : hosts.filter((host) => allowed.has(host)),
      tasks: play.sections.flatMap((section) => section.flatMap(tasksOf)).flatMap((task) => outlined(task, play, run)),
    };
  });
}

function outlined(task: Task, play: Play, run: Omit<PlaybookRun, "onEvent">): TaskOutline[] {
  const { tags, role } = task.directives;
  if (!tagsAllow(tags, run.tags ?? [], run.skipTags ?? [])) return [];
  const written = task.directives.keywords.get("name");
  const own = typeof written === "string" && written !== "" ? written : undefined;
  const name = own === undefined || role === undefined ? (own ?? task.writtenModule) : `${role.name} : ${own}`;
  return [{ name, tags: [...new Set([...play.directives.tags, ...tags])].sort() }];
}

function tasksOf(node: PlayNode): Task[] {
  return node.type === "task" ? [node] : node.body.flatMap(tasksOf);
}
