import { isCharacter, type Key } from "../../ui/key/key.ts";
import { followApply, idleApply } from "../apply/view.ts";
import { withRow } from "../probe/rows.ts";
import type { Draft, Effect, News, WizardData } from "./data.ts";
import type { ScreenStep, WizardScreen } from "./screen.ts";
import { screens } from "./screens.ts";

/** The wizard: which screen, that screen's own model, and what all screens share. */
export interface Wizard {
  readonly data: WizardData;
  /** Index into the list of screens. */
  readonly at: number;
  readonly screen: unknown;
  readonly helpOpen: boolean;
  /** Asked to quit while an apply runs; a second time leaves. */
  readonly quitting: boolean;
  readonly problem: string | undefined;
  readonly over: boolean;
}

export type Message = { readonly type: "key"; readonly key: Key } | News;

export interface WizardStep {
  readonly model: Wizard;
  readonly effects: readonly Effect[];
}

/** The wizard at its first screen that still has something to ask. */
export function startWizard(answers: Draft, who: { readonly by: string; readonly now: string }): WizardStep {
  const data: WizardData = {
    answers,
    ...who,
    probe: { state: "idle", rows: [] },
    plan: undefined,
    apply: idleApply,
    problem: undefined,
  };
  const base = { data, at: 0, screen: null, helpOpen: false, quitting: false, problem: undefined, over: false };
  return entering(base, firstUnanswered(answers));
}

/** Where the wizard goes on: a site.yml of an earlier sitting answers the first screens, the probe is always made anew. */
function firstUnanswered({ site, servers, access }: Draft): number {
  if (site === undefined || servers === undefined) return 0;
  return Object.keys(access).length === 0 ? 1 : 2;
}

/** One message further. Pure. */
export function updateWizard(wizard: Wizard, message: Message): WizardStep {
  if (message.type === "key") return onKey(wizard, message.key);
  return { model: { ...wizard, ...withNews(wizard, message) }, effects: [] };
}

export function currentScreen(wizard: Wizard): WizardScreen {
  const screen = screens[wizard.at] ?? screens[0];
  if (screen === undefined) throw new RangeError("The wizard has no screens.");
  return screen;
}

function onKey(wizard: Wizard, key: Key): WizardStep {
  if (wizard.helpOpen) return { model: { ...wizard, helpOpen: false }, effects: [] };
  if (key.name === "interrupt") return onInterrupt(wizard);
  if (isCharacter(key, "?")) return { model: { ...wizard, helpOpen: true }, effects: [] };
  const step = currentScreen(wizard).update(wizard.screen, key, wizard.data);
  return afterStep({ ...wizard, quitting: false }, step);
}

function onInterrupt(wizard: Wizard): WizardStep {
  const busy = wizard.data.apply.state === "running";
  if (!busy || wizard.quitting) return { model: { ...wizard, over: true }, effects: [] };
  return {
    model: {
      ...wizard,
      quitting: true,
      problem: "Servers are being changed. Ctrl-C once more stops; bdap apply goes on later.",
    },
    effects: [],
  };
}

function afterStep(wizard: Wizard, step: ScreenStep<unknown>): WizardStep {
  const answers = step.answers ?? wizard.data.answers;
  const save: Effect[] = step.answers === undefined ? [] : [{ type: "save", answers }];
  const forgotten =
    step.answers !== undefined && loginChanged(wizard.data.answers, answers) ? { probe: idleProbe } : {};
  const next: Wizard = {
    ...wizard,
    data: { ...wizard.data, ...forgotten, answers, problem: undefined },
    screen: step.model,
    problem: step.problem,
    over: step.move === "quit",
  };
  const began = started(next, step.effects ?? []);
  if (step.move !== "next" && step.move !== "back")
    return { model: began, effects: [...save, ...(step.effects ?? [])] };
  const moved = entering(began, wizard.at + (step.move === "next" ? 1 : -1));
  return { model: moved.model, effects: [...save, ...(step.effects ?? []), ...moved.effects] };
}

const idleProbe: WizardData["probe"] = { state: "idle", rows: [] };

function loginChanged(before: Draft, after: Draft): boolean {
  const what = ({ servers, access }: Draft) => JSON.stringify([servers, access]);
  return what(before) !== what(after);
}

function entering(wizard: Wizard, at: number): WizardStep {
  const moved = { ...wizard, at: Math.max(0, Math.min(screens.length - 1, at)) };
  const screen = currentScreen(moved);
  const effects = screen.enter?.(moved.data) ?? [];
  const begun = started(moved, effects);
  return { model: { ...begun, screen: screen.start(begun.data) }, effects };
}

/** What is shown at once when something is begun. */
function started(wizard: Wizard, effects: readonly Effect[]): Wizard {
  let { data } = wizard;
  for (const { type } of effects) {
    if (type === "probe") data = { ...data, probe: { state: "running", rows: [] }, plan: undefined };
    if (type === "apply") data = { ...data, apply: { ...idleApply, state: "running" } };
  }
  return { ...wizard, data };
}

function withNews(wizard: Wizard, news: News): Partial<Wizard> {
  const { data } = wizard;
  switch (news.type) {
    case "probe-row":
      return { data: { ...data, probe: { ...data.probe, rows: withRow(data.probe.rows, news.row) } } };
    case "probe-done":
      return { data: { ...data, probe: { ...data.probe, state: "done" } } };
    case "planned":
      return { data: { ...data, plan: news.plan, problem: undefined } };
    case "apply-event":
      return { data: { ...data, apply: followApply(data.apply, news.event) } };
    case "problem":
      return {
        data: afterProblem(data, news),
        problem: `${news.error.code}: ${news.error.message} ${news.error.hint}`,
      };
  }
}

/** Whatever was under way has ended. */
function afterProblem(data: WizardData, { error }: Extract<News, { readonly type: "problem" }>): WizardData {
  const probe = data.probe.state === "running" ? { ...data.probe, state: "done" as const } : data.probe;
  const apply =
    data.apply.state === "running" ? { ...data.apply, state: "failed" as const, failure: error } : data.apply;
  return { ...data, probe, apply, problem: error };
}
