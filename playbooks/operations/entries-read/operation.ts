import { shellJoin } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { failing } from "../plan.ts";

/** Reads entries of a name service database (users, groups, hosts…) into facts; changes nothing. */
export const entriesRead: Operation = {
  name: "entries-read",
  title: "Read entries of a name service database",
  modules: ["ansible.builtin.getent"],
  arguments: {
    database: { type: "str", required: true, description: "The database, as passwd, group or hosts." },
    key: { type: "str", description: "The entry; all of them unless given." },
    service: { type: "str", description: "Ask this service only." },
    split: { type: "str", description: "What separates fields; `:` for passwd and group, else white space." },
    fail_key: { type: "bool", default: true, description: "Fail when the entry does not exist." },
  },
  checkMode: "full",
  async plan(args, context) {
    const database = String(args.database);
    const key = typeof args.key === "string" ? args.key : undefined;
    const words = ["getent", ...(typeof args.service === "string" ? ["-s", args.service] : []), "--", database];
    const outcome = await context.read.run(shellJoin(key === undefined ? words : [...words, key]));
    const name = `getent_${database}`;
    if (outcome.status === 0) {
      const entries = parseEntries(outcome.stdout, separatorOf(database, args.split));
      return { changes: [], result: { changed: false, ansible_facts: { [name]: entries } } };
    }
    if (outcome.status === 2) {
      const msg = "One or more supplied key could not be found in the database.";
      if (args.fail_key === true || key === undefined) return failing(msg);
      return { changes: [], result: { changed: false, msg, ansible_facts: { [name]: { [key]: null } } } };
    }
    if (outcome.status === 1) return failing("Missing arguments, or database unknown.");
    if (outcome.status === 3) return failing("Enumeration not supported on this database.");
    return failing("Unexpected failure!", { stderr: outcome.stderr, rc: outcome.status });
  },
};

function separatorOf(database: string, split: unknown): string | RegExp {
  if (typeof split === "string") return split;
  return ["passwd", "shadow", "group", "gshadow"].includes(database) ? ":" : /\s+/;
}

/** First field → other fields; a key that occurs again gets a list of them. */
function parseEntries(output: string, separator: string | RegExp): Record<string, unknown> {
  const seen = new Map<string, string[][]>();
  for (const line of output.split("\n")) {
    if (line === "") continue;
    const [key = "", ...fields] = (typeof separator === "string" ? line : line.trim()).split(separator);
    seen.set(key, [...(seen.get(key) ?? []), fields]);
  }
  return Object.fromEntries([...seen].map(([key, records]) => [key, records.length === 1 ? records[0] : records]));
}
