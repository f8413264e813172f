import { toBool } from "../expression/filters/numbers.ts";
import { dictGet, isDict } from "../expression/values.ts";
import type { Play, Task } from "../loader/nodes.ts";
import type { RunnerServices } from "./services.ts";

/** The task that gathers facts before everything else. */
export function gatheringTask(play: Play): Task {
  const { directives } = play;
  const given = new Map<string, unknown>();
  for (const name of ["gather_subset", "gather_timeout", "fact_path"]) {
    const written = directives.keywords.get(name);
    if (written !== undefined && written !== null) given.set(name, written);
  }
  return {
    type: "task",
    directives: {
      keywords: new Map<string, unknown>([
        ["name", "Gathering Facts"],
        ["run_once", false],
      ]),
      place: directives.place,
      outer: directives,
      role: undefined,
      folder: play.folder,
      tags: directives.tags.length === 0 ? ["always"] : directives.tags,
    },
    module: "ansible.builtin.gather_facts",
    writtenModule: "gather_facts",
    collections: [],
    arguments: given,
    argumentsTemplate: undefined,
    loop: undefined,
    step: `${play.step}/gather-facts`,
    isHandler: false,
  };
}

/** On whom: as the play says, else as the configuration does; `smart` leaves out those whose facts are known. */
export function hostsToGather(play: Play, hosts: readonly string[], services: RunnerServices): readonly string[] {
  const { store, templar, settings } = services;
  const written = play.directives.keywords.get("gather_facts");
  const said =
    written === undefined || written === null ? undefined : toBool(templar.template(written, store.playScope()));
  const gathering = settings.gathering ?? "implicit";
  if (gathering === "explicit") return said === true ? hosts : [];
  if (said === false) return [];
  if (gathering === "implicit") return hosts;
  return hosts.filter((host) => {
    const facts = store.scope(host).get("ansible_facts");
    return !isDict(facts) || dictGet(facts, "module_setup") !== true;
  });
}
