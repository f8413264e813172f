import { pythonRepr } from "../expression/values.ts";
import type { PlayOutline } from "../outline/outline.ts";

export interface OutlineWishes {
  readonly hosts: boolean;
  readonly tasks: boolean;
  readonly tags: boolean;
}

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print of one playbook, in ansible-playbook's layout. */
export function outlineLines(playbook: string, plays: readonly PlayOutline[], wishes: OutlineWishes): string[] {
  const lines = [`\nplaybook: ${playbook}`];
  for (const [index, play] of plays.entries()) {
    let head = `\n  play #${index + 1} (${play.patterns.join(",")}): ${play.name}\tTAGS: [${play.tags.join(",")}]`;
    if (wishes.hosts) {
      head += `\n    pattern: ${pythonRepr(play.patterns)}\n    hosts (${play.hosts.length}):`;
      for (const host of play.hosts) head += `\n      ${host}`;
    }
    lines.push(head);
    if (wishes.tasks || wishes.tags) lines.push(taskText(play, wishes));
  }
  return lines;
}

function taskText(play: PlayOutline, wishes: OutlineWishes): string {
  let text = "";
  if (wishes.tasks) {
    text += "    tasks:\n";
    for (const task of play.tasks) text += `      ${task.name}\tTAGS: [${task.tags.join(", ")}]\n`;
  }
  if (wishes.tags) {
    const all = new Set([...play.tags, ...play.tasks.flatMap((task) => task.tags)]);
    text += `      TASK TAGS: [${[...all].sort().join(", ")}]\n`;
  }
  return text;
}
