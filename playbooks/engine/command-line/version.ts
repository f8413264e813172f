import type { Settings } from "#inventory/settings/settings.ts";
import { collectionsPath } from "../configuration/run-settings.ts";

/** The release of ansible-core whose language this is. */
export const LANGUAGE_VERSION = "2.19.14";

/** What `--version` tells; scripts read the first line. */
export function versionText(program: string, settings: Settings): string {
  return [
    `${program} [core ${LANGUAGE_VERSION}]`,
    `  config file = ${settings.file?.path ?? "None"}`,
    `  ansible collection location = ${collectionsPath(settings).join(":")}`,
    `  engine = bdap, node ${process.version}`,
    "",
  ].join("\n");
}

/** The options of a program, one a line. */
export function helpText(
  usage: string,
  purpose: string,
  options: readonly { readonly words: readonly string[]; readonly kind: string; readonly help: string }[],
): string {
  const lines = [...options]
    .sort((a, b) => (a.words.at(-1) ?? "").localeCompare(b.words.at(-1) ?? ""))
    .map(({ words, kind, help }) => {
      const value = kind === "flag" || kind === "count" ? "" : " VALUE";
      return `  ${words.join(", ")}${value}\n        ${help}`;
    });
  return [`usage: ${usage}`, "", purpose, "", "options:", ...lines, ""].join("\n");
}
