import Type from "typebox";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { Difference, ModuleResult } from "../../operations/operation.ts";
import type { EngineEvent, HostRecap, TaskStatus } from "../events.ts";
import type { Censor } from "../execution/censor.ts";
import { isPlainObject } from "../expression/values.ts";

const About = {
  play: Type.String(),
  task: Type.String(),
  step: Type.String(),
  handler: Type.Boolean(),
  role: Type.Optional(Type.String()),
};

/** What the callback plugin prints. */
const AnsibleEvent = Type.Union([
  Type.Object({ type: Type.Literal("play-start"), play: Type.String(), hosts: Type.Array(Type.String()) }),
  Type.Object({ type: Type.Literal("task-start"), ...About }),
  Type.Object({
    type: Type.Literal("task-result"),
    ...About,
    host: Type.String(),
    status: Type.String(),
    result: Type.Record(Type.String(), Type.Unknown()),
    diff: Type.Unknown(),
    durationMilliseconds: Type.Number(),
  }),
  Type.Object({
    type: Type.Literal("handler-notified"),
    play: Type.String(),
    handler: Type.String(),
    host: Type.String(),
  }),
  Type.Object({ type: Type.Literal("handler-done"), play: Type.String(), handler: Type.String(), host: Type.String() }),
  Type.Object({
    type: Type.Literal("recap"),
    hosts: Type.Record(Type.String(), Type.Record(Type.String(), Type.Number())),
  }),
]);

type AnsibleEvent = Type.Static<typeof AnsibleEvent>;

/** The event in a line of ansible-playbook's output, without secrets; a line that is none becomes a warning, a blank one nothing. */
export function readAnsibleEvent(line: string, censor: Censor): EngineEvent | undefined {
  if (line.trim() === "") return undefined;
  const parsed = parse(line);
  if (parsed === undefined) return { type: "warning", message: censor.text(line.trim()) };
  if (parsed.type === "recap") return { type: "recap", hosts: parsed.hosts as unknown as Record<string, HostRecap> };
  if (parsed.type !== "task-result") return parsed as EngineEvent;
  const { result, diff, status, ...rest } = parsed;
  const differences = censor.differences(differencesOf(diff), "censored" in result);
  return {
    ...rest,
    status: status as TaskStatus,
    result: censor.result(result, false) as ModuleResult,
    ...(differences.length === 0 ? {} : { differences }),
  } as EngineEvent;
}

function parse(line: string): AnsibleEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return schemaProblems(AnsibleEvent, value, 1).length === 0 ? (value as AnsibleEvent) : undefined;
}

function differencesOf(diff: unknown): Difference[] {
  const list = Array.isArray(diff) ? diff : [diff];
  return list.filter(isPlainObject).flatMap((part) => {
    const { before, after } = part;
    if (before === undefined && after === undefined) return [];
    const text = (value: unknown) => (typeof value === "string" ? value : `${JSON.stringify(value ?? "", null, 4)}\n`);
    return [
      {
        before: text(before),
        after: text(after),
        beforeHeader: String(part["before_header"] ?? "before"),
        afterHeader: String(part["after_header"] ?? "after"),
      },
    ];
  });
}
