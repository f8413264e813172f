type Arguments = Readonly<Record<string, unknown>>;

/** Words of a dnf(8) command line that does `action` to `operands` as the arguments say. */
export function dnfWords(program: string, args: Arguments, action: string, operands: readonly string[]): string[] {
  const list = (name: string) => (Array.isArray(args[name]) ? args[name].map(String) : []);
  const given = (name: string, option: string) => (typeof args[name] === "string" ? [`${option}=${args[name]}`] : []);
  const when = (isSo: boolean, ...words: readonly string[]) => (isSo ? words : []);
  return [
    program,
    "-y",
    ...given("conf_file", "--config"),
    ...given("releasever", "--releasever"),
    ...when(args.installroot !== "/" && args.installroot !== null, `--installroot=${String(args.installroot)}`),
    ...list("disablerepo").map((name) => `--disablerepo=${name}`),
    ...list("enablerepo").map((name) => `--enablerepo=${name}`),
    ...list("disable_plugin").map((name) => `--disableplugin=${name}`),
    ...list("enable_plugin").map((name) => `--enableplugin=${name}`),
    ...list("exclude").map((name) => `--exclude=${name}`),
    ...given("disable_excludes", "--disableexcludes"),
    ...when(args.disable_gpg_check === true, "--nogpgcheck"),
    ...when(args.cacheonly === true, "--cacheonly"),
    ...when(args.update_cache === true, "--refresh"),
    ...when(args.best === true || args.nobest === false, "--best"),
    ...when(args.nobest === true || args.best === false, "--nobest"),
    ...when(args.allowerasing === true, "--allowerasing"),
    ...when(args.skip_broken === true, "--skip-broken"),
    ...when(args.security === true, "--security"),
    ...when(args.bugfix === true, "--bugfix"),
    ...when(args.download_only === true, "--downloadonly"),
    ...given("download_dir", "--downloaddir"),
    ...when(args.install_weak_deps === false, "--setopt=install_weak_deps=False"),
    ...when(args.sslverify === false, "--setopt=sslverify=False"),
    ...when(args.autoremove !== true && action === "remove", "--setopt=clean_requirements_on_remove=False"),
    action,
    ...operands,
  ];
}

const VERBS: Readonly<Record<string, string>> = {
  Installed: "Installed",
  Upgraded: "Installed",
  Downgraded: "Installed",
  Reinstalled: "Installed",
  Removed: "Removed",
  Obsoleted: "Removed",
};

/** What dnf says it did, as `Installed: name-version.architecture`; of dnf 4's summary, whose columns are names in full. */
export function transactionResults(output: string): string[] {
  const found: string[] = [];
  let verb: string | undefined;
  for (const line of output.split("\n")) {
    const head = /^(\w+):$/.exec(line)?.[1];
    if (head !== undefined) verb = VERBS[head];
    else if (line.trim() === "" || !/^\s/.test(line)) verb = undefined;
    else if (verb !== undefined)
      found.push(
        ...line
          .trim()
          .split(/\s+/)
          .map((name) => `${verb}: ${name}`),
      );
  }
  return found;
}

/** Whether dnf, asked with `--assumeno`, would do something. */
export function wouldChange(output: string): boolean {
  return /^Transaction Summary:?$/m.test(output) && !/^Nothing to do\.?$/m.test(output);
}

/** Names that no source knows, from dnf's complaints. */
export function unknownNames(output: string): string[] {
  const names = [...output.matchAll(/^(?:Error: )?(?:No match for argument|Unable to find a match): ?(.*)$/gm)];
  return [...new Set(names.flatMap(([, text = ""]) => text.trim().split(/\s+/)).filter((name) => name !== ""))];
}
