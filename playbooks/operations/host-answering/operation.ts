import type { Operation } from "../operation.ts";
import { failing } from "../plan.ts";

/** The host runs a script and answers; changes nothing. */
export const hostAnswering: Operation = {
  name: "host-answering",
  title: "See whether the host answers",
  modules: ["ansible.builtin.ping"],
  arguments: { data: { type: "str", default: "pong", description: "What to answer; `crash` fails." } },
  checkMode: "full",
  async plan(args, context) {
    if (args.data === "crash") return failing("boom");
    const outcome = await context.read.run("echo here");
    if (outcome.stdout.trim() !== "here") return failing(outcome.stderr.trim() || "the host does not run scripts");
    return { changes: [], result: { changed: false, ping: args.data } };
  },
};
