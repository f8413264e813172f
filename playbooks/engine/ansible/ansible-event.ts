import Type from "typebox";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { Difference, ModuleResult } from "../../operations/operation.ts";
import { sortedJson } from "../../operations/python-text.ts";
import type { EngineEvent, HostRecap, TaskStatus } from "../events.ts";
import type { Censor } from "../execution/censor.ts";
import { isPlainObject } from "../expression/values.ts";

/** Files above this are not shown in differences, ansible-core's own default. */
const SHOWN_BYTES = 104_448;

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
  const differences = censor.differences(differencesOf(diff, result), "censored" in result);
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

/** What changes, in our words where Ansible only says that a file is binary or large. */
function differencesOf(diff: unknown, result: Readonly<Record<string, unknown>>): Difference[] {
  const list = Array.isArray(diff) ? diff : [diff];
  return list.filter(isPlainObject).flatMap((part) => {
    const { before, after } = part;
    const sha1 = typeof result["checksum"] === "string" ? `, sha1 ${result["checksum"]}` : "";
    const oldText = unreadable(part, "dst", "") ?? text(before);
    const newText = unreadable(part, "src", sha1) ?? text(after);
    if (oldText === newText) return [];
    return [
      {
        before: oldText,
        after: newText,
        beforeHeader: String(part["before_header"] ?? "before"),
        afterHeader: String(part["after_header"] ?? "after"),
      },
    ];
  });
}

function text(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : sortedJson(value);
}

/** The line for a side of a difference that is not shown as text; undefined for one that is. */
function unreadable(part: Readonly<Record<string, unknown>>, side: "src" | "dst", more: string): string | undefined {
  const larger = part[`${side}_larger`];
  if (larger === undefined && part[`${side}_binary`] === undefined) return undefined;
  return `(binary or larger than ${typeof larger === "number" ? larger : SHOWN_BYTES} bytes${more})\n`;
}
