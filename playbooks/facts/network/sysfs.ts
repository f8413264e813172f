const MAX_ATTRIBUTES = 100_000;

/** Lines `NAME KEY=VALUE` of the `interfaces` section, by interface. */
export function sysfsInterfaces(lines: readonly string[]): Map<string, ReadonlyMap<string, string>> {
  const interfaces = new Map<string, Map<string, string>>();
  for (const line of lines.slice(0, MAX_ATTRIBUTES)) {
    // The kernel allows anything but blanks, slashes and colons in a name, up to fifteen bytes.
    const match = /^([\x21-\x2e\x30-\x39\x3b-\x7e]{1,15}) ([a-z_]+)=(.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const own = interfaces.get(match[1]) ?? new Map<string, string>();
    interfaces.set(match[1], own.set(match[2], match[3] ?? ""));
  }
  return interfaces;
}
