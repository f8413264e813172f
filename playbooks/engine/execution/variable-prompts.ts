import { UnsafeText } from "#inventory/kernel/yaml.ts";
import { engineErrors } from "../errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { dictEntries, isDict, pythonString } from "../expression/values.ts";
import type { Play } from "../loader/nodes.ts";
import { placeText } from "../loader/problems.ts";
import type { RunnerServices } from "./services.ts";

/**
 * The variables a play asks for (`vars_prompt`), less those the command line gives. Without a person at a terminal their
 * defaults count, else empty texts.
 */
export async function askForVariables(play: Play, services: RunnerServices): Promise<ReadonlyMap<string, unknown>> {
  const { store, templar, emit } = services;
  const answers = new Map<string, unknown>();
  const written = play.directives.keywords.get("vars_prompt");
  if (written === undefined || written === null) return answers;
  const scope = store.playScope(play);
  const asked = templar.template(written, scope);
  for (const entry of Array.isArray(asked) ? asked : [asked]) {
    if (!isDict(entry)) continue;
    const about = new Map(dictEntries(entry).map(([key, value]) => [String(key), value]));
    const name = pythonString(about.get("name"));
    if (store.hasExtraVariable(name)) continue;
    const { prompt } = services;
    if (prompt === undefined)
      await emit({ type: "warning", message: "Not prompting as we are not in interactive mode" });
    const text = prompt === undefined ? undefined : await ask(about, prompt, services.signal);
    const fallback = about.get("default");
    const value =
      text === undefined || text === ""
        ? fallback === undefined || fallback === null
          ? ""
          : pythonString(fallback)
        : text;
    const encrypt = about.get("encrypt");
    answers.set(
      name,
      encrypt === undefined || encrypt === null ? answer(value, about) : hashed(value, about, play, services),
    );
  }
  return answers;
}

/** What a person types is no template, unless the play trusts it otherwise; a value is a value here, so both are the same. */
function answer(value: string, about: ReadonlyMap<string, unknown>): unknown {
  return toBool(about.get("unsafe") ?? false) ? new UnsafeText(value).value : value;
}

async function ask(
  about: ReadonlyMap<string, unknown>,
  prompt: NonNullable<RunnerServices["prompt"]>,
  signal: AbortSignal,
): Promise<string> {
  const words = pythonString(about.get("prompt") ?? about.get("name"));
  const fallback = about.get("default");
  const shown =
    about.get("prompt") !== undefined && fallback !== undefined && fallback !== null
      ? `${words} [${pythonString(fallback)}]: `
      : about.get("prompt") === undefined
        ? `input for ${words}: `
        : `${words}: `;
  const isPrivate = toBool(about.get("private") ?? true);
  for (;;) {
    const first = await prompt({ text: shown, isPrivate }, signal);
    if (!toBool(about.get("confirm") ?? false)) return first.text;
    const second = await prompt({ text: `confirm ${shown}`, isPrivate }, signal);
    if (first.text === second.text) return first.text;
    await prompt(
      { text: "***** VALUES ENTERED DO NOT MATCH ****\n", isPrivate: false, timeoutMilliseconds: 0 },
      signal,
    );
  }
}

function hashed(value: string, about: ReadonlyMap<string, unknown>, play: Play, services: RunnerServices): unknown {
  const options = ["salt", "salt_size"].filter((name) => about.get(name) !== undefined && about.get(name) !== null);
  const given = options.map((name) => `, ${name === "salt" ? "salt" : "salt_size"}=prompt_${name}`).join("");
  const scope = services.store.playScope(play).with({
    values: new Map<string, unknown>([
      ["prompt_text", value],
      ["prompt_scheme", about.get("encrypt")],
      ...options.map((name): [string, unknown] => [`prompt_${name}`, about.get(name)]),
    ]),
    raw: false,
  });
  try {
    return services.templar.expression(`prompt_text | password_hash(prompt_scheme${given})`, scope);
  } catch (error) {
    throw engineErrors.badKeyword(
      "vars_prompt",
      placeText(play.directives.place),
      error instanceof Error ? error.message : String(error),
    );
  }
}
