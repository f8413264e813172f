import { Flags } from "@oclif/core";
import type { Option } from "#playbooks/engine/command-line/options.ts";

/** The options of a program as flags that oclif's help shows; the program itself reads them. */
export function programFlags(options: readonly Option[]) {
  return Object.fromEntries(options.map(flagOf));
}

function flagOf({ words, kind, help }: Option) {
  const long = words.find((word) => word.startsWith("--")) ?? "";
  const letter = words.find((word) => /^-[A-Za-z]$/.test(word))?.slice(1);
  const about = { summary: help, ...(letter === undefined ? {} : { char: letter as "a" }) };
  return [long.slice(2), kind === "flag" || kind === "count" ? Flags.boolean(about) : Flags.string(about)] as const;
}
