import { type ActionContext, failure, type Result } from "../actions/action.ts";
import { pythonString } from "../expression/values.ts";
import { factsOf } from "./facts.ts";
import { gatherScript, sectionsOf } from "./gather-script.ts";
import { chosenCollectors } from "./subsets.ts";

/** `setup`: reads the host's facts with one script, of those subsets that are asked for. */
export async function setup(context: ActionContext): Promise<Result> {
  const { arguments: args } = context;
  const known = ["fact_path", "filter", "gather_subset", "gather_timeout"];
  const unknown = [...args.keys()].filter((name) => !known.includes(name)).sort();
  if (unknown.length > 0)
    return failure(
      `Unsupported parameters for (${context.task.writtenModule}) module: ${unknown.join(", ")}. Supported parameters include: ${known.join(", ")}.`,
    );
  const asked = words(args.get("gather_subset"));
  const collectors = chosenCollectors(asked);
  if (typeof collectors === "string") return failure(collectors);
  const factPath = pythonString(args.get("fact_path") ?? "/etc/ansible/facts.d");
  const mountTimeout = Number(args.get("gather_timeout") ?? 10);
  if (!Number.isInteger(mountTimeout)) {
    const value = JSON.stringify(args.get("gather_timeout"));
    return failure(
      `argument 'gather_timeout' is of type str and we were unable to convert to int: ${value} cannot be converted to an int`,
    );
  }
  const connector = await context.connector();
  const { become, environment } = context.settings;
  const script = gatherScript(collectors, { factPath, mountTimeout });
  const outcome = await connector.run(
    { script, environment, ...(become === undefined ? {} : { become }) },
    context.signal,
  );
  const sections = sectionsOf(outcome.stdout);
  if (sections.size < 1)
    return failure(`the facts could not be read: ${outcome.stderr.trim() || `exit status ${outcome.status}`}`);
  const warnings: string[] = [];
  const facts = factsOf(sections, collectors, (message) => warnings.push(message), factPath);
  const named = new Map([...facts].map(([name, value]) => [`ansible_${name}`, value]));
  named.set("gather_subset", asked.length === 0 ? ["all"] : asked);
  named.set("module_setup", true);
  const ansible_facts = Object.fromEntries(filtered(named, words(args.get("filter"))));
  return { changed: false, ansible_facts, ...(warnings.length === 0 ? {} : { warnings }) };
}

function words(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value) ? value.map(pythonString) : pythonString(value).split(",");
  return items.map((item) => item.trim()).filter((item) => item !== "");
}

/** Facts whose name one of the patterns of fnmatch(3) matches, with or without `ansible_`. */
function filtered(facts: ReadonlyMap<string, unknown>, patterns: readonly string[]): ReadonlyMap<string, unknown> {
  if (patterns.length === 0) return facts;
  const expressions = patterns.flatMap((pattern) =>
    /^(ansible_|facter|ohai)/.test(pattern) ? [matcher(pattern)] : [matcher(pattern), matcher(`ansible_${pattern}`)],
  );
  return new Map([...facts].filter(([name]) => expressions.some((expression) => expression.test(name))));
}

function matcher(pattern: string): RegExp {
  const body = pattern.replace(/\[!?[^\]]+\]|[.*+?^${}()|\\[\]]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    return part.length > 1 ? part.replace("[!", "[^") : `\\${part}`;
  });
  return new RegExp(`^${body}$`);
}
