import type { EngineEvent, HostRecap } from "../events.ts";
import { unifiedDiff } from "./unified-diff.ts";

const WIDTH = 79;

/** Keys of a result that say nothing to a person. */
const SILENT: ReadonlySet<string> = new Set([
  "failed",
  "ansible_facts",
  "stdout_lines",
  "stderr_lines",
  "exception",
  "warnings",
  "deprecations",
]);

/** The lines that tell of one event, in the words and layout of Ansible's default output. */
export function reportLines(event: EngineEvent): string[] {
  switch (event.type) {
    case "play-start":
      return event.hosts.length === 0
        ? ["", banner(`PLAY [${event.play}]`), "skipping: no hosts matched"]
        : ["", banner(`PLAY [${event.play}]`)];
    case "task-start": {
      const role = event.role === undefined ? "" : `${event.role} : `;
      return ["", banner(`${event.handler ? "RUNNING HANDLER" : "TASK"} [${role}${event.task}]`)];
    }
    case "task-result":
      return resultLines(event);
    case "warning":
      return [`[WARNING]: ${event.host === undefined ? "" : `${event.host}: `}${event.message}`];
    case "recap":
      return [
        "",
        banner("PLAY RECAP"),
        ...Object.entries(event.hosts).map(([host, counts]) => recapLine(host, counts)),
        "",
      ];
    default:
      return [];
  }
}

type ResultEvent = EngineEvent & { readonly type: "task-result" };

function resultLines(event: ResultEvent): string[] {
  const lines = (event.differences ?? []).flatMap((part) => [
    ...unifiedDiff(part.before, part.after, part.beforeHeader, part.afterHeader).trimEnd().split("\n"),
    "",
  ]);
  const items: unknown = event.result["results"];
  const shownItems = Array.isArray(items) && items.some((item) => isRecord(item) && "ansible_loop_var" in item);
  if (shownItems) for (const item of items) if (isRecord(item)) lines.push(itemLine(event, item));
  lines.push(...wholeLines(event, shownItems));
  return lines;
}

function wholeLines(event: ResultEvent, hasItems: boolean): string[] {
  const { host, status, result } = event;
  switch (status) {
    case "ok":
    case "changed":
      if (hasItems) return [];
      return [
        `${status}: [${host}]${result["include"] === undefined ? shownResult(event) : ` => included ${String(result["include"])}`}`,
      ];
    case "skipped":
      return [hasItems ? `skipping: [${host}] ` : `skipping: [${host}]`];
    case "unreachable":
      return [`fatal: [${host}]: UNREACHABLE! => ${text(result)}`];
    case "unknown":
      return [`fatal: [${host}]: OUTCOME UNKNOWN! The connection was lost while the task ran. => ${text(result)}`];
    case "ignored":
      return [`fatal: [${host}]: FAILED! => ${text(hasItems ? { msg: result["msg"] } : result)}`, "...ignoring"];
    default:
      return [`fatal: [${host}]: FAILED! => ${text(hasItems ? { msg: result["msg"] } : result)}`];
  }
}

function itemLine(event: ResultEvent, item: Readonly<Record<string, unknown>>): string {
  const label = item["_ansible_item_label"] ?? item[String(item["ansible_loop_var"])];
  const shown = `(item=${typeof label === "string" ? label : text(label)})`;
  if (item["failed"] === true) return `failed: [${event.host}] ${shown} => ${text(item)}`;
  if (item["skipped"] === true) return `skipping: [${event.host}] => ${shown}`;
  return `${item["changed"] === true ? "changed" : "ok"}: [${event.host}] => ${shown}`;
}

/** `debug` and its like show what they say; other results are shown only when something is wrong. */
function shownResult(event: ResultEvent): string {
  const keys = Object.keys(event.result).filter((key) => !SILENT.has(key) && key !== "changed");
  const isMessage = keys.length === 1 && event.status === "ok" && event.result["ansible_facts"] === undefined;
  if (!isMessage) return "";
  const shown = Object.fromEntries(keys.map((key) => [key, event.result[key]]));
  return ` => ${JSON.stringify(shown, null, 4)}`;
}

function text(value: unknown): string {
  if (!isRecord(value)) return JSON.stringify(value) ?? "null";
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).filter(([key]) => !SILENT.has(key) && !key.startsWith("_ansible"))),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function banner(title: string): string {
  return `${title} ${"*".repeat(Math.max(3, WIDTH - title.length))}`;
}

function recapLine(host: string, counts: HostRecap): string {
  const part = (name: string, value: number) => `${name}=${String(value).padEnd(4)}`;
  return `${host.padEnd(26)} : ${[
    part("ok", counts.ok),
    part("changed", counts.changed),
    part("unreachable", counts.unreachable),
    part("failed", counts.failed),
    part("skipped", counts.skipped),
    part("rescued", counts.rescued),
    part("ignored", counts.ignored),
  ].join(" ")}`;
}
