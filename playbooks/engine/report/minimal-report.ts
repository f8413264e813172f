import type { EngineEvent } from "../events.ts";
import { type Complaints, complaintsOf } from "./complaints.ts";
import { diffText } from "./diff-text.ts";
import type { Display } from "./display.ts";
import type { Report, ReportOptions } from "./report.ts";
import { type Result, resultText, unreachedWord } from "./result-text.ts";

type TaskResult = EngineEvent & { readonly type: "task-result" };

/** Modules whose output is text: it is shown as it is. */
export const TEXT_MODULES: ReadonlySet<string> = new Set(
  ["command", "shell", "raw", "script", "win_command", "win_shell"].map((name) => `ansible.builtin.${name}`),
);

/** The output of ansible-core's `minimal` callback: what `ansible` prints for one task. */
export class MinimalReport implements Report {
  readonly #display: Display;
  readonly #options: ReportOptions;
  readonly #complaints: Complaints;

  constructor(display: Display, options: ReportOptions) {
    this.#display = display;
    this.#options = options;
    this.#complaints = complaintsOf(display, options.failuresToStderr);
  }

  event(event: EngineEvent): void {
    if (event.type === "task-result") this.#result(event);
    else if (event.type === "warning" || event.type === "deprecation") this.#complaints.tell(event);
  }

  #result(event: TaskResult): void {
    const { host, status, result } = event;
    const text = diffText(
      event.differences ?? [],
      (line, tone) => this.#display.color(line, tone),
      this.#options.diffContext,
    );
    if (text !== "") this.#display.show(text);
    this.#complaints.ofResult(event);
    const isText = TEXT_MODULES.has(event.module ?? "");
    if (status === "skipped") this.#display.show(`${host} | SKIPPED`, "skip");
    else if (status === "unreachable" || status === "unknown")
      this.#display.show(`${host} | ${unreachedWord(status)}! => ${this.#text(result)}`, "unreachable");
    else if (status === "ok" || status === "changed") {
      const isChanged = result.changed === true;
      const state = isChanged ? "CHANGED" : "SUCCESS";
      const shown =
        isText && !("ansible_job_id" in result)
          ? commandText(host, state, result)
          : `${host} | ${state} => ${this.#text(shownBy(event))}`;
      this.#display.show(shown, isChanged ? "changed" : "ok");
    } else {
      const shown =
        isText && !("module_stderr" in result)
          ? commandText(host, "FAILED", result)
          : `${host} | FAILED! => ${this.#text(result)}`;
      this.#display.show(shown, "error");
    }
  }

  #text(result: Result): string {
    const { format, isPretty } = this.#options;
    return resultText(result, { format, isPretty, verbosity: this.#display.verbosity }, false, 4);
  }
}

function shownBy({ module, result }: TaskResult): Result {
  if (module !== "ansible.builtin.debug") return result;
  const hidden =
    "msg" in result ? (key: string) => key !== "msg" : (key: string) => ["changed", "failed"].includes(key);
  return Object.fromEntries(Object.entries(result).filter(([key]) => !hidden(key)));
}

function commandText(host: string, caption: string, result: Result): string {
  const part = (name: string) => (typeof result[name] === "string" ? result[name] : "");
  return `${host} | ${caption} | rc=${String(result["rc"] ?? -1)} >>\n${part("stdout")}${part("stderr")}${part("msg")}\n`;
}
