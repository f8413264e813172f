/**
 * What `systemctl show` prints, as a table. Only values of Exec… properties may go over several lines: they are in braces
 * (systemctl(1) does not quote).
 */
export function parseUnitProperties(output: string): Readonly<Record<string, string>> {
  const properties: Record<string, string> = {};
  let open: { readonly key: string; readonly lines: string[] } | undefined;
  for (const line of output.split("\n")) {
    if (open !== undefined) {
      open.lines.push(line);
      if (line.trimEnd().endsWith("}")) {
        properties[open.key] = open.lines.join("\n").trim();
        open = undefined;
      }
      continue;
    }
    const equals = line.indexOf("=");
    if (equals === -1) continue;
    const key = line.slice(0, equals);
    const value = line.slice(equals + 1);
    const spans = key.startsWith("Exec") && value.trimStart().startsWith("{") && !value.trimEnd().endsWith("}");
    if (spans) open = { key, lines: [value] };
    else properties[key] = value.trim();
  }
  return properties;
}
