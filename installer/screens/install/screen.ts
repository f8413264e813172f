import type { ReactElement } from "react";
import type { Key } from "../../ui/key/key.ts";
import type { Size } from "../../ui/program/program.tsx";
import type { Effect, WizardData } from "./data.ts";

/** What a key led to: the screen's next model, and perhaps new answers, a move, something to do, or a complaint. */
export interface ScreenStep<Model> {
  readonly model: Model;
  readonly answers?: WizardData["answers"];
  readonly move?: "next" | "back" | "quit";
  readonly effects?: readonly Effect[];
  readonly problem?: string;
}

/** One screen of the wizard. Everything but `View` is pure and knows nothing of terminals. */
export interface WizardScreen<Model = unknown> {
  readonly name: string;
  readonly title: string;
  readonly intro: string;
  readonly keys: readonly string[];
  /** At most 14 lines of at most 76 characters. */
  readonly help: readonly string[];
  start(data: WizardData): Model;
  /** What to begin as soon as the screen is entered. */
  enter?(data: WizardData): readonly Effect[];
  update(model: Model, key: Key, data: WizardData): ScreenStep<Model>;
  View(props: { readonly model: Model; readonly data: WizardData; readonly size: Size }): ReactElement;
}
