import { basename } from "node:path";
import type { EngineEvent, HostRecap, TaskReference } from "../events.ts";
import { pythonString } from "../expression/values.ts";
import type { Tone } from "./colors.ts";
import { type Complaints, complaintsOf } from "./complaints.ts";
import { diffText } from "./diff-text.ts";
import type { Display } from "./display.ts";
import type { Report, ReportOptions } from "./report.ts";
import { type Result, resultText, unreachedWord } from "./result-text.ts";

type TaskResult = EngineEvent & { readonly type: "task-result" };
type ItemResult = EngineEvent & { readonly type: "item-result" };

/** Modules whose results are always shown: they are there to say something. */
const TALKATIVE: ReadonlySet<string> = new Set(["ansible.builtin.debug", "ansible.builtin.assert"]);

/** Keys of `debug`'s result that are not what it was asked to show. */
const HIDDEN_IN_DEBUG: ReadonlySet<string> = new Set([
  "changed",
  "failed",
  "skipped",
  "invocation",
  "skip_reason",
  "skipped_reason",
  "ansible_loop_var",
  "ansible_index_var",
  "ansible_loop",
]);

/** The label of an item that `no_log` hides. */
const CENSORED = "(censored due to no_log)";

/** The output of ansible-core's `default` callback, in its words and layout. */
export class DefaultReport implements Report {
  readonly #display: Display;
  readonly #options: ReportOptions;
  readonly #complaints: Complaints;
  #announced: string | undefined;
  #current: (TaskReference & { readonly checkMode?: boolean }) | undefined;

  constructor(display: Display, options: ReportOptions) {
    this.#display = display;
    this.#options = options;
    this.#complaints = complaintsOf(display, options.failuresToStderr);
  }

  event(event: EngineEvent): void {
    switch (event.type) {
      case "playbook-start":
        if (this.#display.verbosity > 1) this.#display.banner(`PLAYBOOK: ${basename(event.playbook)}`);
        if (this.#options.check && this.#options.marksCheckMode) this.#display.banner("DRY RUN");
        break;
      case "play-start":
        this.#playStart(event);
        break;
      case "no-hosts-matched":
        this.#display.show("skipping: no hosts matched", "skip");
        break;
      case "no-hosts-remaining":
        this.#display.banner("NO MORE HOSTS LEFT");
        break;
      case "task-start":
        this.#current = event;
        if (this.#options.showsSkipped && this.#options.showsOk) this.#banner(event);
        break;
      case "retry":
        this.#retry(event);
        break;
      case "item-result":
        this.#item(event);
        break;
      case "task-result":
        this.#result(event);
        break;
      case "include":
        this.#included(event);
        break;
      case "async-poll":
      case "async-ok":
      case "async-failed":
        this.#job(event);
        break;
      case "handler-notified":
        if (this.#display.verbosity > 1)
          this.#display.show(`NOTIFIED HANDLER ${event.handler} for ${event.host}`, "verbose");
        break;
      case "message":
        this.#display.verbose(event.verbosity, event.message);
        break;
      case "warning":
      case "deprecation":
        this.#complaints.tell(event);
        break;
      case "recap":
        this.#recap(event);
        break;
      default:
        break;
    }
  }

  #playStart(event: EngineEvent & { readonly type: "play-start" }): void {
    this.#announced = undefined;
    this.#current = undefined;
    const mark = event.checkMode === true && this.#options.marksCheckMode ? " [CHECK MODE]" : "";
    const name = event.play.trim();
    this.#display.banner(name === "" ? `PLAY${mark}` : `PLAY [${name}]${mark}`);
  }

  /** The task's banner, once for as long as no other task's came between. */
  #banner(event: TaskReference & { readonly checkMode?: boolean }): void {
    if (this.#announced === event.step && !this.#isNew(event)) return;
    this.#announced = event.step;
    const known = this.#current?.step === event.step ? this.#current : event;
    const role = known.role === undefined ? "" : `${known.role} : `;
    const mark = known.checkMode === true && this.#options.marksCheckMode ? " [CHECK MODE]" : "";
    this.#display.banner(`${event.handler ? "RUNNING HANDLER" : "TASK"} [${role}${known.task.trim()}]${mark}`);
    if (this.#display.verbosity >= 2) this.#path(event);
  }

  /** A task that begins again (an included file run twice) is announced again. */
  #isNew(event: TaskReference): boolean {
    return "type" in event && event.type === "task-start";
  }

  #path({ origin }: TaskReference): void {
    if (origin === undefined) return;
    this.#display.show(`task path: ${origin.path}${origin.line === undefined ? "" : `:${origin.line}`}`, "debug");
  }

  #retry(event: EngineEvent & { readonly type: "retry" }): void {
    const role = event.role === undefined ? "" : `${event.role} : `;
    const left = `FAILED - RETRYING: [${event.host}]: ${role}${event.task} (${event.retries} retries left).`;
    const more = this.#display.verbosity > 2 ? `Result was: ${this.#text(event.result)}` : "";
    this.#display.show(left + more, "debug");
  }

  #item(event: ItemResult): void {
    const { result, status } = event;
    const label =
      result["censored"] === undefined ? (result["_ansible_item_label"] ?? result["item"] ?? null) : CENSORED;
    const shown = `(item=${pythonString(label)})`;
    this.#differences(event);
    if (status === "skipped") {
      if (!this.#options.showsSkipped) return;
      this.#banner(event);
      this.#complaints.ofResult(event);
      const more = this.#isVerbose(event) ? ` => ${this.#text(this.#clean(event))}` : "";
      this.#display.show(`skipping: [${event.host}] => ${shown} ${more}`, "skip");
      return;
    }
    if (isFailed(event)) {
      this.#banner(event);
      this.#complaints.ofResult(event);
      const text = `failed: [${hostLabel(event)}] ${shown} => ${this.#text(this.#clean(event), this.#isTalkative(event))}`;
      this.#display.show(text, "error", this.#options.failuresToStderr);
      return;
    }
    if (isInclude(event)) return;
    const isChanged = result.changed === true;
    if (!isChanged && !this.#options.showsOk) return;
    this.#banner(event);
    this.#complaints.ofResult(event);
    const more = this.#isVerbose(event) ? ` => ${this.#text(this.#clean(event), this.#isTalkative(event))}` : "";
    this.#display.show(
      `${isChanged ? "changed" : "ok"}: [${hostLabel(event)}] => ${shown}${more}`,
      isChanged ? "changed" : "ok",
    );
  }

  #result(event: TaskResult): void {
    if (event.looped !== true) this.#differences(event);
    switch (event.status) {
      case "ok":
      case "changed":
        this.#done(event);
        break;
      case "skipped":
        this.#skipped(event);
        break;
      case "unreachable":
      case "unknown":
        this.#unreachable(event);
        break;
      case "ignored":
        if (event.result["unreachable"] === true) this.#unreachable(event);
        else this.#failed(event);
        this.#display.show("...ignoring", "skip");
        break;
      default:
        this.#failed(event);
        break;
    }
  }

  #differences(event: TaskResult | ItemResult): void {
    const color = (line: string, tone: Tone) => this.#display.color(line, tone);
    const text = diffText(event.differences ?? [], color, this.#options.diffContext);
    if (text === "") return;
    this.#banner(event);
    this.#display.show(text);
  }

  #done(event: TaskResult): void {
    const isChanged = event.result.changed === true || event.status === "changed";
    if (isInclude(event)) {
      this.#banner(event);
      return;
    }
    if (!isChanged && !this.#options.showsOk) return;
    this.#banner(event);
    this.#complaints.ofResult(event);
    if (event.looped === true) return;
    const more = this.#isVerbose(event) ? ` => ${this.#text(this.#clean(event), this.#isTalkative(event))}` : "";
    this.#display.show(`${isChanged ? "changed" : "ok"}: [${hostLabel(event)}]${more}`, isChanged ? "changed" : "ok");
  }

  #skipped(event: TaskResult): void {
    if (!this.#options.showsSkipped) return;
    this.#banner(event);
    this.#complaints.ofResult(event);
    const more = this.#isVerbose(event) ? ` => ${this.#text(this.#clean(event))}` : "";
    this.#display.show(`skipping: [${event.host}]${more}`, "skip");
  }

  #failed(event: TaskResult): void {
    this.#banner(event);
    if (event.looped === true) return;
    this.#complaints.ofResult(event);
    if (this.#display.verbosity < 2 && this.#options.showsPathOnFailure) this.#path(event);
    const text = this.#text(this.#clean(event), this.#isTalkative(event));
    this.#display.show(`fatal: [${hostLabel(event)}]: FAILED! => ${text}`, "error", this.#options.failuresToStderr);
  }

  #unreachable(event: TaskResult): void {
    this.#banner(event);
    this.#complaints.ofResult(event);
    const text = `fatal: [${hostLabel(event)}]: ${unreachedWord(event.status)}! => ${this.#text(event.result)}`;
    this.#display.show(text, "unreachable", this.#options.failuresToStderr);
  }

  #included(event: EngineEvent & { readonly type: "include" }): void {
    const item = event.item === undefined || event.item === null ? "" : ` => (item=${pythonString(event.item)})`;
    this.#display.show(`included: ${event.included} for ${event.hosts.join(", ")}${item}`, "included");
  }

  #job(event: EngineEvent & { readonly type: "async-poll" | "async-ok" | "async-failed" }): void {
    const { host, result } = event;
    const job = `jid=${pythonString(result["ansible_job_id"] ?? null)}`;
    if (event.type === "async-poll") {
      const state = `started=${pythonString(result["started"] ?? null)} finished=${pythonString(result["finished"] ?? null)}`;
      this.#display.show(`ASYNC POLL on ${host}: ${job} ${state}`, "debug");
    } else this.#display.show(`ASYNC ${event.type === "async-ok" ? "OK" : "FAILED"} on ${host}: ${job}`, "debug");
  }

  #recap(event: EngineEvent & { readonly type: "recap" }): void {
    const display = this.#display;
    display.banner("PLAY RECAP");
    for (const [host, counts] of Object.entries(event.hosts).sort(([a], [b]) => (a < b ? -1 : 1)))
      display.show(this.#recapLine(host, counts));
    display.show("");
    if (event.custom !== undefined && this.#options.showsCustomStats) {
      display.banner("CUSTOM STATS: ");
      const { hosts, run } = event.custom;
      for (const host of Object.keys(hosts).sort()) display.show(`\t${host}: ${this.#stats(hosts[host] ?? {})}`);
      if (Object.keys(run).length > 0) {
        display.show("");
        display.show(`\tRUN: ${this.#stats(run)}`);
      }
      display.show("");
    }
    if (this.#options.check && this.#options.marksCheckMode) display.banner("DRY RUN");
  }

  #stats(values: Result): string {
    return this.#text(values, false, 1).replaceAll("\n", "");
  }

  #recapLine(host: string, counts: HostRecap): string {
    const tone = counts.failed > 0 || counts.unreachable > 0 ? "error" : counts.changed > 0 ? "changed" : "ok";
    const name = this.#display.hasColors ? this.#display.color(host, tone).padEnd(37) : host.padEnd(26);
    const part = (label: string, value: number, color: Tone) => {
      const text = `${label}=${String(value).padEnd(4)}`;
      return value === 0 ? text : this.#display.color(text, color);
    };
    const parts = [
      part("ok", counts.ok, "ok"),
      part("changed", counts.changed, "changed"),
      part("unreachable", counts.unreachable, "unreachable"),
      part("failed", counts.failed, "error"),
      part("skipped", counts.skipped, "skip"),
      part("rescued", counts.rescued, "ok"),
      part("ignored", counts.ignored, "warn"),
    ];
    return `${name} : ${parts.join(" ")}`;
  }

  #text(result: Result, isAlwaysShown = false, indent?: number): string {
    const { format, isPretty } = this.#options;
    return resultText(result, { format, isPretty, verbosity: this.#display.verbosity }, isAlwaysShown, indent);
  }

  #isTalkative(event: TaskResult | ItemResult): boolean {
    const marked = event.result["_ansible_verbose_always"];
    if (marked !== undefined) return marked === true;
    // One that failed before it began has nothing to say of its own.
    return TALKATIVE.has(event.module ?? "") && !String(event.result["msg"] ?? "").startsWith("Task failed: ");
  }

  #isVerbose(event: TaskResult | ItemResult): boolean {
    if (event.result["_ansible_verbose_override"] === true) return false;
    return this.#display.verbosity > 0 || (event.status !== "skipped" && this.#isTalkative(event));
  }

  /** Of `debug` only what it was asked to show. */
  #clean(event: TaskResult | ItemResult): Result {
    const { result } = event;
    if (event.type === "task-result" && event.looped === true) {
      const { results: _told, ...rest } = result;
      return rest;
    }
    if (event.module !== "ansible.builtin.debug") return result;
    const isMessage = "msg" in result;
    const kept = Object.entries(result).filter(([key]) =>
      isMessage
        ? ["msg", "exception", "warnings", "deprecations"].includes(key) || key.startsWith("_")
        : !HIDDEN_IN_DEBUG.has(key),
    );
    return Object.fromEntries(kept);
  }
}

function isFailed(event: ItemResult): boolean {
  return (
    event.result.failed === true ||
    event.status === "failed" ||
    event.status === "ignored" ||
    event.status === "rescued"
  );
}

function isInclude(event: TaskReference): boolean {
  return ["ansible.builtin.include_tasks", "ansible.builtin.include_role"].includes(event.module ?? "");
}

/** The host, and whom it was delegated to. */
function hostLabel({ host, delegate }: { readonly host: string; readonly delegate?: string }): string {
  return delegate === undefined || delegate === host ? host : `${host} -> ${delegate}`;
}
