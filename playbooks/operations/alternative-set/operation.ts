import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation, OperationContext, OperationPlan } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { commandFailed, differencesOf, failing, runChange } from "../plan.ts";
import { sortedJson } from "../python-text.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { type Alternatives, parseAlternatives, type Subcommand } from "./alternatives.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A name of the alternatives system points to this program, or has it among its choices. */
export const alternativeSet: Operation = {
  name: "alternative-set",
  title: "Choose an alternative for a program",
  modules: ["community.general.alternatives"],
  arguments: {
    name: { type: "str", required: true, description: "The name of the link group." },
    path: { type: "path", description: "The program it points to." },
    family: { type: "str", description: "Family of programs to choose, where alternatives knows families." },
    link: { type: "path", description: "The link; needed for a program that is new." },
    priority: { type: "int", description: "Priority of the program; 50 for a new one." },
    state: {
      type: "str",
      default: "selected",
      choices: ["present", "selected", "auto", "absent"],
      description: "Whether it is a choice, the choice, or left to the priorities.",
    },
    subcommands: {
      type: "list",
      elements: "dict",
      aliases: ["slaves"],
      description: "Links that follow: each with name, path and link.",
    },
  },
  rules: { requiredOneOf: [["path", "family"]] },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, alternativeSet.arguments, context.read);
    const wanted = Array.isArray(args.subcommands) ? args.subcommands.map(asSubcommand) : undefined;
    const wrong = wanted?.find((one) => one.name === "" || one.path === "" || one.link === undefined);
    if (wrong !== undefined) return failing("missing required arguments: link, name, path found in subcommands");
    const path = typeof args.path === "string" ? args.path : undefined;
    const outcome = await context.read.run(
      `export LC_ALL=C\n${requirePrograms("update-alternatives")}${path === undefined ? "" : `[ -e ${shellQuote(path)} ] && echo bdap-there\n`}update-alternatives --display ${shellQuote(String(args.name))} 2>/dev/null\n:\n`,
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    const isThere = /^bdap-there$/m.test(outcome.stdout);
    const found = parseAlternatives(outcome.stdout.replace(/^bdap-there\n/m, ""), wanted ?? []);
    return decide(args, path, wanted, { found, isThere }, context);
  },
};

function asSubcommand(value: unknown): Subcommand {
  const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const text = (key: string) => (fields[key] === undefined || fields[key] === null ? "" : String(fields[key]));
  return { name: text("name"), path: text("path"), link: text("link") || undefined };
}

function decide(
  args: Arguments,
  path: string | undefined,
  wanted: readonly Subcommand[] | undefined,
  { found, isThere }: { readonly found: Alternatives; readonly isThere: boolean },
  context: OperationContext,
): OperationPlan {
  const name = String(args.name);
  const known = path === undefined ? undefined : found.choices.get(path);
  const commands: (readonly string[])[] = [];
  const messages: string[] = [];
  const before: Record<string, unknown> = known === undefined ? { state: "absent" } : describe(path, known, found);
  let after: Record<string, unknown> = {};
  if (args.state === "absent") {
    if (known !== undefined && path !== undefined) {
      commands.push(["update-alternatives", "--remove", name, path]);
      messages.push(`Remove alternative '${path}' from '${name}'.`);
      after = { state: "absent" };
    }
    return finish(name, commands, messages, { before, after }, context);
  }
  const link = typeof args.link === "string" ? args.link : found.link;
  const priority = typeof args.priority === "number" ? args.priority : (known?.priority ?? 50);
  const subcommands = wanted ?? known?.subcommands;
  if (path !== undefined && differs(args, known, wanted)) {
    if (!isThere) return failing(`Specified path ${path} does not exist`);
    if (link === undefined) {
      return failing("Needed to install the alternative, but unable to do so as we are missing the link");
    }
    const family = typeof args.family === "string" ? ["--family", args.family] : [];
    const slaves = (wanted ?? []).flatMap((one) => ["--slave", one.link ?? "", one.name, one.path]);
    commands.push(["update-alternatives", "--install", link, name, path, String(priority), ...family, ...slaves]);
    messages.push(`Install alternative '${path}' for '${name}'.`);
    after = {
      state: "present",
      path,
      family: args.family,
      priority,
      link,
      ...(subcommands?.length ? { subcommands } : {}),
    };
  }
  const isFamily = found.path !== undefined && found.choices.get(found.path)?.family === args.family;
  if (args.state === "selected" && !(path !== undefined && found.path === path) && !isFamily) {
    const choice = path ?? String(args.family);
    commands.push(["update-alternatives", "--set", name, choice]);
    messages.push(`Set alternative '${choice}' for '${name}'.`);
    after.state = "selected";
  }
  if (args.state === "auto" && found.mode === "manual") {
    commands.push(["update-alternatives", "--auto", name]);
    messages.push(`Set alternative to auto for '${name}'.`);
    after.state = "present";
  }
  return finish(name, commands, messages, { before, after }, context);
}

function differs(
  args: Arguments,
  known: { priority: number; subcommands: readonly Subcommand[] } | undefined,
  wanted: readonly Subcommand[] | undefined,
): boolean {
  if (known === undefined) return true;
  if (typeof args.priority === "number" && known.priority !== args.priority) return true;
  if (wanted === undefined) return false;
  const has = (list: readonly Subcommand[], one: Subcommand) =>
    list.some((other) => sortedJson(other) === sortedJson(one));
  return !known.subcommands.every((one) => has(wanted, one)) || !wanted.every((one) => has(known.subcommands, one));
}

function describe(
  path: string | undefined,
  known: { priority: number; subcommands: readonly Subcommand[] },
  found: Alternatives,
) {
  const state = found.mode === "manual" && found.path !== path ? "selected" : "present";
  const slaves = known.subcommands.length > 0 ? { subcommands: known.subcommands } : {};
  return { state, path, priority: known.priority, link: found.link, ...slaves };
}

function finish(
  name: string,
  commands: readonly (readonly string[])[],
  messages: readonly string[],
  diff: { readonly before: Record<string, unknown>; readonly after: Record<string, unknown> },
  context: OperationContext,
): OperationPlan {
  const shown = context.wantsDiff ? diff : { before: {}, after: {} };
  const result = { changed: commands.length > 0, msg: messages.join(" "), diff: shown };
  if (commands.length === 0) return { changes: [], result };
  const script = `export LC_ALL=C\n${requirePrograms()}${commands.map((words) => `${shellJoin(words)} >/dev/null\n`).join("")}`;
  return {
    changes: [runChange(context, `Choose for ${name}`, script)],
    result,
    differences: differencesOf([{ before: sortedJson(diff.before), after: sortedJson(diff.after) }]),
    conclude(outcomes) {
      const failed = outcomes.find((outcome) => outcome.status !== 0);
      return failed === undefined ? result : commandFailed({}, failed);
    },
  };
}
