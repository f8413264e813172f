/** What the host can compile (/usr/share/i18n/SUPPORTED) and has compiled (`locale -a`). */
export interface LocaleList {
  readonly supported: string;
  readonly made: string;
}

/** Names of `locale -a` write the character set in small letters and without hyphens. */
function plain(name: string): string {
  const [language = "", set = ""] = name.trim().split(".");
  return `${language}.${set.toLowerCase().replaceAll("-", "")}`;
}

/** Locales that are neither supported nor compiled. */
export function missingLocales(names: readonly string[], { supported, made }: LocaleList): string[] {
  const available = new Set(
    supported.split("\n").flatMap((line) => /^\s*#?\s*(\S+[._\S]+) (\S+)\s*$/.exec(line)?.[1] ?? []),
  );
  const compiled = new Set(made.split("\n").map(plain));
  return names.filter((name) => !available.has(name) && !compiled.has(plain(name)));
}

/** locale.gen(5) with the locales' lines in force, or as comments. */
export function withLocales(text: string, names: readonly string[], present: boolean): string {
  return text
    .split("\n")
    .map((line) => {
      for (const name of names) {
        const word = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        const charset = new RegExp(`^#?\\s*${word} (.+)$`).exec(line)?.[1];
        if (charset !== undefined) return present ? `${name} ${charset}` : `# ${name} ${charset}`;
      }
      return line;
    })
    .join("\n");
}
