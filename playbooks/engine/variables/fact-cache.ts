import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, systemCodeOf } from "#inventory/kernel/errors.ts";
import { ExpressionError } from "../expression/errors.ts";
import { parseJson } from "../expression/json-reader.ts";
import { writeJson } from "../expression/json-writer.ts";
import { dictEntries, dictGet, isDict } from "../expression/values.ts";

/** Where facts outlive a run: what ansible-core calls the `jsonfile` fact cache. */
export interface FactCacheSettings {
  readonly folder: string;
  /** Before each file's name. */
  readonly prefix: string;
  /** Older facts do not count; 0 lets them live for ever. */
  readonly timeoutSeconds: number;
  /** `--flush-cache`: what is known of the run's hosts is forgotten first. */
  readonly isFlushed: boolean;
}

/** The layout of the files, as ansible-core 2.19 names it in them: schema 1. */
const SCHEMA = "s1_";

/**
 * Facts of hosts in files that ansible-core 2.19 reads and writes too: `{"__payload__": JSON of the facts}`, where it marks values
 * with where they came from. A file that cannot be read counts as none. Files are the user's own: facts are nobody else's business.
 */
export class FactCache {
  readonly #settings: FactCacheSettings;

  constructor(settings: FactCacheSettings) {
    this.#settings = settings;
  }

  /** The facts kept of `host`; none where there are none, or none young enough. */
  load(host: string): ReadonlyMap<string, unknown> {
    const { timeoutSeconds } = this.#settings;
    const file = this.#file(host);
    try {
      const age = (Date.now() - statSync(file).mtimeMs) / 1000;
      if (timeoutSeconds > 0 && age > timeoutSeconds) return new Map();
      const whole = parseJson(readFileSync(file, "utf8"));
      const payload = isDict(whole) ? dictGet(whole, "__payload__") : undefined;
      const facts = typeof payload === "string" ? unmarked(parseJson(payload)) : undefined;
      return isDict(facts) ? new Map(dictEntries(facts).map(([name, value]) => [String(name), value])) : new Map();
    } catch (error) {
      if (error instanceof ExpressionError || systemCodeOf(error) !== undefined) return new Map();
      throw error;
    }
  }

  /** Whole or not at all. Raises an ExpressionError where it cannot be written. */
  save(host: string, facts: ReadonlyMap<string, unknown>): void {
    const file = this.#file(host);
    const text = writeJson(new Map([["__payload__", writeJson(facts, OPTIONS)]]), OPTIONS);
    try {
      mkdirSync(this.#settings.folder, { recursive: true, mode: 0o700 });
      const fresh = `${file}.${randomBytes(4).toString("hex")}`;
      writeFileSync(fresh, text, { mode: 0o600 });
      renameSync(fresh, file);
    } catch (error) {
      throw new ExpressionError(
        `error in 'jsonfile' cache plugin while trying to write ${file} : ${messageOf(error)}`,
        { cause: error },
      );
    }
  }

  forget(host: string): void {
    rmSync(this.#file(host), { force: true });
  }

  #file(host: string): string {
    return join(this.#settings.folder, `${this.#settings.prefix}${SCHEMA}${host.replaceAll("/", "_")}`);
  }
}

const OPTIONS = { sortKeys: false, ensureAscii: true };

/** A value without what ansible-core marks it with: `{"value": …, "tags": […], "__ansible_type": "_AnsibleTagged…"}`. */
function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  if (!isDict(value)) return value;
  const type = dictGet(value, "__ansible_type");
  if (typeof type === "string" && type.startsWith("_AnsibleTagged")) return unmarked(dictGet(value, "value"));
  return new Map(dictEntries(value).map(([key, item]) => [key, unmarked(item)]));
}
