import type { EngineEvent } from "../events.ts";
import { type Complaints, complaintsOf } from "./complaints.ts";
import type { Display } from "./display.ts";
import { TEXT_MODULES } from "./minimal-report.ts";
import type { Report, ReportOptions } from "./report.ts";
import { type Result, resultText, unreachedWord } from "./result-text.ts";

/** The output of ansible-core's `oneline` callback (`ansible -o`). */
export class OnelineReport implements Report {
  readonly #display: Display;
  readonly #options: ReportOptions;
  readonly #complaints: Complaints;

  constructor(display: Display, options: ReportOptions) {
    this.#display = display;
    this.#options = options;
    this.#complaints = complaintsOf(display, options.failuresToStderr);
  }

  event(event: EngineEvent): void {
    if (event.type === "warning" || event.type === "deprecation") this.#complaints.tell(event);
    if (event.type !== "task-result") return;
    const { host, status, result } = event;
    const isText = TEXT_MODULES.has(event.module ?? "");
    if (status === "skipped") this.#display.show(`${host} | SKIPPED`, "skip");
    else if (status === "unreachable" || status === "unknown")
      this.#display.show(`${host} | ${unreachedWord(status)}!: ${String(result["msg"] ?? "")}`, "unreachable");
    else if (status === "ok" || status === "changed") {
      const isChanged = result.changed === true;
      const state = isChanged ? "CHANGED" : "SUCCESS";
      const text =
        isText && !("ansible_job_id" in result)
          ? commandLine(host, state, result)
          : `${host} | ${state} => ${this.#text(result)}`;
      this.#display.show(text, isChanged ? "changed" : "ok");
    } else {
      const shown =
        isText && !("module_stderr" in result) ? commandLine(host, "FAILED", result) : exceptionText(result);
      this.#display.show(shown, "error");
      this.#display.show(`${host} | FAILED! => ${this.#text(result)}`, "error");
    }
  }

  #text(result: Result): string {
    const { format, isPretty } = this.#options;
    return resultText(result, { format, isPretty, verbosity: this.#display.verbosity }, false, 0).replaceAll("\n", "");
  }
}

function exceptionText(result: Result): string {
  return `An exception occurred during task execution. To see the full traceback, use -vvv. The error was: ${String(result["msg"] ?? "")}`;
}

function commandLine(host: string, caption: string, result: Result): string {
  const part = (name: string) =>
    String(result[name] ?? "")
      .replaceAll("\n", "\\n")
      .replaceAll("\r", "\\r");
  const complaints = part("stderr") === "" ? "" : ` (stderr) ${part("stderr")}`;
  return `${host} | ${caption} | rc=${String(result["rc"] ?? -1)} | (stdout) ${part("stdout")}${complaints}`;
}
