/** A file of modules-load.d(5) or modprobe.d(5). */
export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The files that must be written so that the module is loaded at start with these parameters, or is not. What stood
 * elsewhere is commented out, as the original does it.
 */
export function persistence(
  name: string,
  parameters: string,
  present: boolean,
  files: readonly ConfigurationFile[],
): ConfigurationFile[] {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const isModule = new RegExp(`^ *${word} *(?:[#;].*)?$`);
  const option = new RegExp(`^options ${word} (\\w+=\\S+) *(?:[#;].*)?$`);
  const loads = files.filter(({ path }) => path.startsWith("/etc/modules-load.d/"));
  const options = files.filter(({ path }) => path.startsWith("/etc/modprobe.d/"));
  const linesOf = (file: ConfigurationFile) => file.text.split("\n");
  const isLoaded = loads.some((file) => linesOf(file).some((line) => isModule.test(line)));
  const found = new Set(options.flatMap((file) => linesOf(file).flatMap((line) => option.exec(line)?.[1] ?? [])));
  const wanted = parameters.split(/\s+/).filter((parameter) => parameter !== "");
  const edits = new Map<string, string>();
  const comment = (group: readonly ConfigurationFile[], matches: RegExp) => {
    for (const file of group) {
      if (!linesOf(file).some((line) => matches.test(line))) continue;
      edits.set(
        file.path,
        linesOf(file)
          .map((line) => (matches.test(line) ? `#${line}` : line))
          .join("\n"),
      );
    }
  };
  if (!present) {
    comment(loads, isModule);
    comment(options, option);
  } else {
    if (!isLoaded) edits.set(`/etc/modules-load.d/${name}.conf`, `${name}\n`);
    const isSet = wanted.length === found.size && wanted.every((parameter) => found.has(parameter));
    if (!isSet) {
      comment(options, option);
      const lines = wanted.map((parameter) => `options ${name} ${parameter}`);
      edits.set(`/etc/modprobe.d/${name}.conf`, `${lines.join("\n")}\n`);
    }
  }
  return [...edits].map(([path, text]) => ({ path, text }));
}
