import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "../events.ts";
import type { Report } from "./report.ts";
import { resultText } from "./result-text.ts";

/** Writes each host's last result to a file of its name (`ansible -t`). */
export class TreeReport implements Report {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  event(event: EngineEvent): void {
    if (event.type !== "task-result") return;
    // A host's name comes from the inventory and must not lead out of the folder.
    const name = event.host.replaceAll("/", "_").replace(/^\.+$/, "_");
    const text = resultText(event.result, { format: "json", isPretty: undefined, verbosity: 0 });
    writeFileSync(join(this.#folder, name), text);
  }
}
