import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { ApplyEvent } from "../../phases/apply-plan/events.ts";
import type { ProbeRow } from "../probe/rows.ts";

/** The answers so far: those of site.yml, of which the first screens' may still be missing. */
export type Draft = Partial<Site> & Pick<Site, "access">;

/** Everything the screens share. They read it; it changes only through answers and messages. */
export interface WizardData {
  readonly answers: Draft;
  /** Who sits there, for overrides. */
  readonly by: string;
  readonly now: string;
  readonly probe: { readonly state: "idle" | "running" | "done"; readonly rows: readonly ProbeRow[] };
  readonly plan: Plan | undefined;
  readonly apply: ApplyView;
  readonly problem: ErrorRecord | undefined;
}

/** What is shown of a running apply. */
export interface ApplyView {
  readonly state: "idle" | "running" | "done" | "failed";
  readonly phases: readonly PhaseView[];
  readonly hosts: Readonly<
    Record<string, { readonly task: string; readonly status: string; readonly changes: number }>
  >;
  /** Last lines of what happened, newest last. */
  readonly lines: readonly string[];
  readonly end: Extract<ApplyEvent, { readonly type: "run-end" }> | undefined;
  /** Why there is no end: the apply could not begin, or broke off by itself. */
  readonly failure: ErrorRecord | undefined;
}

export interface PhaseView {
  readonly name: string;
  readonly title: string;
  readonly state: "waiting" | "running" | "done" | "failed";
}

/** What the wizard asks of the world. */
export type Effect =
  | { readonly type: "save"; readonly answers: Draft }
  | { readonly type: "probe"; readonly answers: Draft }
  | { readonly type: "plan"; readonly answers: Draft }
  | { readonly type: "apply" };

/** What the world tells the wizard. */
export type News =
  | { readonly type: "probe-row"; readonly row: ProbeRow }
  | { readonly type: "probe-done" }
  | { readonly type: "planned"; readonly plan: Plan }
  | { readonly type: "apply-event"; readonly event: ApplyEvent }
  | { readonly type: "problem"; readonly error: ErrorRecord };
