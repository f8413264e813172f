/** Part of the names of a source's files, made of its own name as the original does it. */
export function repositoryName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_\s]+/g, "-")
    .replace(/[^a-z0-9-]+/g, "");
}

/** A paragraph of deb822(5): one field for each argument that is given, in the order of the arguments' names. */
export function repositoryText(args: Readonly<Record<string, unknown>>, keyFile: string | null): string {
  const fields: string[] = [];
  for (const name of Object.keys(args).sort()) {
    if (name === "mode" || name === "state" || args[name] === null) continue;
    const value = name === "signed_by" ? (keyFile ?? String(args[name])) : fieldValue(args[name]);
    const text = value.includes("\n") ? folded(value) : value;
    fields.push(`${fieldName(name)}:${text === "" || text.startsWith("\n") ? "" : " "}${text}\n`);
  }
  return fields.join("");
}

function fieldName(name: string): string {
  if (name === "name") return "X-Repolib-Name";
  if (name === "uris") return "URIs";
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("-");
}

function fieldValue(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(" ") : String(value);
}

/** A value of several lines: each is indented, an empty one is a dot. */
function folded(value: string): string {
  const lines = value.trim().split("\n");
  return `\n${lines.map((line) => `    ${line.trim() || "."}`).join("\n")}`;
}
