import { isAbsolute, join } from "node:path";
import { type Static, Type } from "typebox";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { readFileIfThere } from "#inventory/kernel/files.ts";
import { type DocumentProblem, documentInvalid, readDocument } from "#inventory/kernel/yaml-document.ts";
import { locate } from "#inventory/kernel/yaml-location.ts";
import { Role, type Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { type Condition, parseCondition } from "./conditions.ts";
import { quantities } from "./quantities.ts";

const closed = { additionalProperties: false } as const;
const Id = Type.String({
  pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
  description: "Names the rule; one of the same id replaces ours",
});
const Confidence = Type.Number({ minimum: 0, maximum: 1 });
const Words = Type.String({
  minLength: 1,
  description: "Why, for people; {quantity} stands for its value on the server, {quantity with noun} for `12 cores`",
});

/** `rules.yml`: how facts become roles. */
export const RulesFile = Type.Object(
  {
    default: Type.Optional(Type.Boolean({ description: "false leaves out the rules that come with bdap" })),
    rules: Type.Array(
      Type.Object(
        {
          id: Id,
          when: Type.Array(Type.String({ description: "As in `empty-disks >= 4`" }), {
            minItems: 1,
            description: "All must hold",
          }),
          roles: Type.Optional(Type.Array(Role, { description: "What such a server becomes" })),
          adopt: Type.Optional(
            Type.Boolean({ description: "Such a server already runs something: it is adopted, never wiped" }),
          ),
          confidence: Confidence,
          words: Words,
        },
        closed,
      ),
    ),
    fleet: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Id,
            role: Role,
            least: Type.Optional(Type.Integer({ minimum: 0, description: "Servers the site needs for the role" })),
            most: Type.Optional(Type.Integer({ minimum: 1, description: "Servers that are enough for it" })),
            beside: Type.Optional(
              Type.Boolean({ description: "true: a server that is picked keeps the roles it has" }),
            ),
            instead: Type.Optional(Type.Array(Role, { description: "What those beyond `most` become" })),
            from: Type.Array(Type.String(), { description: "Conditions a server must meet to be picked" }),
            prefer: Type.Array(Type.String({ description: "As in `cores ascending`; the first counts most" })),
            confidence: Confidence,
            words: Words,
          },
          closed,
        ),
      ),
    ),
  },
  closed,
);

export interface Rule extends Omit<Static<typeof RulesFile>["rules"][number], "when"> {
  readonly when: readonly Condition[];
}

export interface Preference {
  readonly quantity: string;
  readonly descending: boolean;
}

export interface FleetRule extends Omit<NonNullable<Static<typeof RulesFile>["fleet"]>[number], "from" | "prefer"> {
  readonly from: readonly Condition[];
  readonly prefer: readonly Preference[];
}

export interface Rules {
  readonly rules: readonly Rule[];
  readonly fleet: readonly FleetRule[];
}

/** Where the rules that come with bdap lie under the package's root. */
export const DEFAULT_RULES = "installer/phases/classify-servers/rules.yml";

/**
 * The rules that hold for a site: its own (`rules` in site.yml, else rules.yml beside it) before ours. Rejects with
 * `INSTALLER_RULES_MISSING`, or `INSTALLER_RULES_INVALID` naming line and column.
 */
export async function siteRules(site: SiteDirectory, answers: Site, packageRoot: string): Promise<Rules> {
  const defaults = parseRules(await readDefault(packageRoot), "rules.yml of bdap");
  const named = answers.rules;
  const path = named === undefined ? site.paths.rules : isAbsolute(named) ? named : join(site.path, named);
  const text = await readFileIfThere(path);
  if (text === undefined && named !== undefined) throw rulesMissing(path);
  if (text === undefined) return defaults;
  const own = parseRules(text, path);
  return own.replacesDefault
    ? own
    : { rules: merge(own.rules, defaults.rules), fleet: merge(own.fleet, defaults.fleet) };
}

/** Rules from the text of a rules.yml. Throws `INSTALLER_RULES_INVALID` with line and column. */
export function parseRules(text: string, source: string): Rules & { readonly replacesDefault: boolean } {
  const kind = {
    source,
    code: "INSTALLER_RULES_INVALID",
    hint: "Correct the rule at that line; see the rules.yml of bdap.",
  };
  const file = readDocument(RulesFile, text, kind);
  const problems: DocumentProblem[] = [];
  const report = (path: readonly (string | number)[], message: string) => {
    problems.push({ ...locate(text, path), path: path.join("/"), message });
  };
  const conditions = (texts: readonly string[], path: readonly (string | number)[]) =>
    texts.flatMap((one, index) => {
      const condition = parseCondition(one);
      if (typeof condition !== "string") return [condition];
      report([...path, index], condition);
      return [];
    });
  const rules = file.rules.map((rule, index) => {
    checkWords(rule.words, (message) => report(["rules", index, "words"], message));
    return { ...rule, when: conditions(rule.when, ["rules", index, "when"]) };
  });
  const fleet = (file.fleet ?? []).map((rule, index) => ({
    ...rule,
    from: conditions(rule.from, ["fleet", index, "from"]),
    prefer: rule.prefer.map((one, at) =>
      preferenceOf(one, (message) => report(["fleet", index, "prefer", at], message)),
    ),
  }));
  if (problems.length > 0) throw documentInvalid(kind, problems);
  return { rules, fleet, replacesDefault: file.default === false };
}

function preferenceOf(text: string, report: (message: string) => void): Preference {
  const [quantity = "", order] = text.trim().split(/\s+/);
  if (!Object.hasOwn(quantities, quantity)) report(`there is no quantity "${quantity}"`);
  if (order !== "ascending" && order !== "descending") report(`"${text}" must end in ascending or descending`);
  return { quantity, descending: order === "descending" };
}

function checkWords(words: string, report: (message: string) => void): void {
  for (const [, name = ""] of words.matchAll(/\{([a-z-]+)(?: with noun)?\}/g)) {
    if (!Object.hasOwn(quantities, name)) report(`there is no quantity "${name}"`);
  }
}

async function readDefault(packageRoot: string): Promise<string> {
  const path = join(packageRoot, DEFAULT_RULES);
  const text = await readFileIfThere(path);
  if (text === undefined) throw rulesMissing(path);
  return text;
}

function merge<T extends { readonly id: string }>(own: readonly T[], defaults: readonly T[]): T[] {
  const ids = new Set(own.map((rule) => rule.id));
  return [...own, ...defaults.filter((rule) => !ids.has(rule.id))];
}

function rulesMissing(path: string): ApplianceError {
  return new ApplianceError({
    code: "INSTALLER_RULES_MISSING",
    kind: "user",
    message: `There are no classification rules at ${path}.`,
    hint: "Correct `rules` in site.yml, or leave it out to use the rules that come with bdap.",
    context: { path },
  });
}
