export interface Subcommand {
  readonly name: string;
  readonly path: string;
  readonly link: string | undefined;
}

export interface Alternative {
  readonly priority: number;
  readonly family: string;
  readonly subcommands: readonly Subcommand[];
}

/** What `update-alternatives --display` says of one name. */
export interface Alternatives {
  readonly mode: string | undefined;
  readonly path: string | undefined;
  readonly link: string | undefined;
  readonly choices: ReadonlyMap<string, Alternative>;
}

/** Reads the output of update-alternatives of Debian and of chkconfig's alternatives, both in English. */
export function parseAlternatives(output: string, wanted: readonly Subcommand[]): Alternatives {
  const mode = /\s-\s(?:status\sis\s)?(\w*)(?:\smode|.)$/m.exec(output)?.[1];
  if (mode === undefined) return { mode, path: undefined, link: undefined, choices: new Map() };
  const links = new Map(
    [...output.matchAll(/^\s*(?:slave|follower) (\S+) is (.*)$/gm)].map(([, name = "", link = ""]) => [name, link]),
  );
  if (links.size === 0) for (const { name, link } of wanted) if (link !== undefined) links.set(name, link);
  const choices = new Map<string, Alternative>();
  const choice = /^(\/.*)\s-\s(?:family\s(\S+)\s)?priority\s(\d+)((?:\s+(?:slave|follower).*)*)/gm;
  for (const [, path = "", family = "", priority = "0", rest = ""] of output.matchAll(choice)) {
    const subcommands = [...rest.matchAll(/^\s+(?:slave|follower) (.*): (.*)$/gm)]
      .filter(([, , target]) => target !== "(null)")
      .map(([, name = "", target = ""]) => ({ name, path: target, link: links.get(name) }));
    choices.set(path, { priority: Number(priority), family, subcommands });
  }
  return {
    mode,
    path: /^\s*link currently points to (.*)$/m.exec(output)?.[1],
    link: /^\s*link \w+ is (.*)$/m.exec(output)?.[1],
    choices,
  };
}
