import { dirname } from "node:path";
import { type ConfigFile, findConfigFile } from "./config-file.ts";
import { settingErrors } from "./errors.ts";
import { expandPath, type Surroundings } from "./paths.ts";

/** A setting as Ansible's configuration has it: the variables and the `[section] key` it may come from, the last said wins. */
export interface Setting<T> {
  readonly environment: readonly string[];
  readonly file: readonly (readonly [section: string, key: string])[];
  /** The value of a text; `base` is the folder relative paths count from. */
  read(text: string, place: SettingPlace): T;
  readonly fallback: T;
}

export interface SettingPlace {
  /** The variable or file it was found in, for messages. */
  readonly origin: string;
  readonly around: Surroundings;
  readonly base: string;
}

/** Ansible's settings for one process: environment variables first, then the ansible.cfg in force. */
export class Settings {
  readonly around: Surroundings;
  readonly file: ConfigFile | undefined;
  readonly warnings: readonly string[];

  constructor(around: Surroundings, file?: ConfigFile, warnings: readonly string[] = []) {
    this.around = around;
    this.file = file;
    this.warnings = warnings;
  }

  static async open(around: Surroundings): Promise<Settings> {
    const { file, warnings } = await findConfigFile(around);
    return new Settings(around, file, warnings);
  }

  /** The value in force. Throws `INVENTORY_SETTING_INVALID` for a text it cannot have. */
  get<T>(setting: Setting<T>): T {
    const name = setting.environment.findLast((candidate) => this.around.environment[candidate] !== undefined);
    if (name !== undefined) {
      const place = { origin: name, around: this.around, base: this.around.workingFolder };
      return setting.read(this.around.environment[name] ?? "", place);
    }
    for (const [section, key] of setting.file.toReversed()) {
      const text = this.file?.sections.get(section)?.get(key);
      if (text === undefined || this.file === undefined) continue;
      const place = { origin: this.file.path, around: this.around, base: dirname(this.file.path) };
      return setting.read(unquoted(text), place);
    }
    return setting.fallback;
  }
}

/** Yes for the words Ansible takes for yes, no for any other. */
export function readBoolean(text: string): boolean {
  return /^(?:y|yes|on|1|true|t|1\.0)$/i.test(text.trim());
}

export function readText(text: string): string {
  return text;
}

export function readInteger(text: string, place: SettingPlace): number {
  if (!/^\s*[-+]?\d+(?:\.0*)?\s*$/.test(text)) throw settingErrors.invalid(place.origin, text, "a whole number");
  return Math.trunc(Number(text));
}

/** Items between commas, without blanks and quotes around them. */
export function readList(text: string): string[] {
  return text.split(",").map((item) => unquoted(item.trim()));
}

export function readPath(text: string, place: SettingPlace): string {
  return expandPath(text.replaceAll("{{CWD}}", place.around.workingFolder), place.around, place.base);
}

/** Paths between commas. */
export function readPathList(text: string, place: SettingPlace): string[] {
  return text.split(",").map((item) => readPath(item.trim(), place));
}

/** Paths between colons. */
export function readSearchPath(text: string, place: SettingPlace): string[] {
  return text.split(":").map((item) => readPath(item, place));
}

/** One of some words. */
export function readChoice<T extends string>(...words: readonly T[]): (text: string, place: SettingPlace) => T {
  return (text, place) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw settingErrors.invalid(place.origin, text, `one of ${words.join(", ")}`);
    return found;
  };
}

function unquoted(text: string): string {
  return text.length > 1 && /^(["']).*\1$/s.test(text) && text.at(-2) !== "\\" ? text.slice(1, -1) : text;
}
