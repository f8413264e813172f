/** One Debian archive from the machine's apt sources. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Key ring file or inline key, as in the source; undefined when the machine trusts the archive by default. */
  readonly signedBy?: string;
}

/** Sources from a file of apt's one-line format (sources.list(5)); source packages and unreadable lines are left out. */
export function parseOneLineSources(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line.trim());
    if (match === null) return [];
    const [, options = "", uri = "", suite = "", components = ""] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uri, suites: [suite], components: words(components), ...(signedBy === undefined ? {} : { signedBy }) }];
  });
}

/** Sources from a file of apt's deb822 format; disabled stanzas and those without binary packages are left out. */
export function parseDeb822Sources(text: string): AptSource[] {
  const withoutComments = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = deb822Fields(stanza);
    const isUsed =
      words(fields.get("types")).includes("deb") && !/^(no|false|0|off)$/i.test(fields.get("enabled") ?? "yes");
    if (!isUsed) return [];
    const signedBy = fields.get("signed-by");
    return words(fields.get("uris")).map((uri) => ({
      uri,
      suites: words(fields.get("suites")),
      components: words(fields.get("components")),
      ...(signedBy === undefined ? {} : { signedBy }),
    }));
  });
}

/**
 * The Debian archives among `sources`, told to serve `wanted` instead of the machine's own release `codename`.
 * Debian's are those that serve the release (or its -updates, -security) with the component main and are signed by
 * Debian's own key ring or by one the machine trusts by default; a vendor's repository brings its own key.
 */
export function debianSourcesFor(sources: readonly AptSource[], codename: string, wanted: string): AptSource[] {
  return sources.flatMap((source) => {
    const isDebian = source.signedBy === undefined || /debian-archive/.test(source.signedBy);
    if (!isDebian || !source.components.includes("main")) return [];
    const suites = source.suites
      .map((suite) => /^([a-z]+)(-updates|-security)?$/.exec(suite))
      .flatMap((match) => (match !== null && match[1] === codename ? [`${wanted}${match[2] ?? ""}`] : []));
    return suites.length === 0 ? [] : [{ ...source, suites, components: ["main"] }];
  });
}

/** `sources` as a deb822 file. */
export function renderDeb822(sources: readonly AptSource[]): string {
  return sources
    .map((source) =>
      [
        "Types: deb",
        `URIs: ${source.uri}`,
        `Suites: ${source.suites.join(" ")}`,
        `Components: ${source.components.join(" ")}`,
        ...(source.signedBy === undefined ? [] : [`Signed-By: ${source.signedBy}`]),
        "",
      ].join("\n"),
    )
    .join("\n");
}

/**
 * The settings of `apt-config dump` that the machine needs to reach its archives, as lines for an apt.conf file:
 * expiry checks of frozen mirrors, retries, certificates, proxies.
 */
export function aptSettings(dump: string): string[] {
  const wanted = /^Acquire::(Check-Valid-Until|Check-Date|Retries|https?::(Proxy|CaInfo|Timeout)) "[^"]+";$/i;
  return dump.split("\n").filter((line) => wanted.test(line.trim()));
}

/** The proxy for plain HTTP in `apt-config dump`, if the machine uses one. */
export function aptHttpProxy(dump: string): string | undefined {
  const value = /^Acquire::http::Proxy "([^"]+)";$/im.exec(dump)?.[1];
  return value === undefined || value === "DIRECT" || value === "false" ? undefined : value;
}

function deb822Fields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let name = "";
  for (const line of stanza.split("\n")) {
    const match = /^([A-Za-z0-9-]+):(.*)$/.exec(line);
    if (match !== null) {
      name = (match[1] ?? "").toLowerCase();
      fields.set(name, (match[2] ?? "").trim());
    } else if (/^\s+\S/.test(line) && name !== "") {
      fields.set(name, `${fields.get(name)}\n${line}`);
    }
  }
  return fields;
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}
