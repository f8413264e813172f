import { type Static, Type } from "typebox";

const inRun = { run: Type.String(), time: Type.String() };
const handler = { phase: Type.String(), play: Type.String(), handler: Type.String(), host: Type.String() };

/** One line of `journal.jsonl`. A line is on disk before what follows it is begun. */
export const JournalRecord = Type.Union([
  Type.Object({
    type: Type.Literal("run-start"),
    ...inRun,
    plan: Type.String(),
    by: Type.String(),
    resumed: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Object({ type: Type.Literal("phase-start"), ...inRun, phase: Type.String() }),
  Type.Object({
    type: Type.Literal("step"),
    ...inRun,
    phase: Type.String(),
    step: Type.String(),
    task: Type.String(),
    host: Type.String(),
    status: Type.String(),
  }),
  Type.Object({ type: Type.Literal("handler-intended"), ...inRun, ...handler, step: Type.String() }),
  Type.Object({ type: Type.Literal("handler-notified"), ...inRun, ...handler }),
  Type.Object({ type: Type.Literal("handler-done"), ...inRun, ...handler }),
  Type.Object({ type: Type.Literal("phase-end"), ...inRun, phase: Type.String(), changed: Type.Boolean() }),
  Type.Object({
    type: Type.Literal("run-end"),
    ...inRun,
    outcome: Type.Union([Type.Literal("done"), Type.Literal("failed"), Type.Literal("cancelled")]),
  }),
]);
export type JournalRecord = Static<typeof JournalRecord>;
