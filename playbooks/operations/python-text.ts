/** `value` as Python's `str()` writes it: what Ansible shows and stores when a string is wanted. */
export function pythonText(value: unknown): string {
  return typeof value === "string" ? value : pythonRepresentation(value);
}

/** `value` as Python's `repr()` writes it. */
export function pythonRepresentation(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return pythonQuoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepresentation).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([key, entry]) => `${pythonQuoted(key)}: ${pythonRepresentation(entry)}`);
    return `{${entries.join(", ")}}`;
  }
  return String(value);
}

/** `value` as `json.dumps(value, sort_keys=True, indent=4)` writes it, with a line end: how Ansible shows structures in a diff. */
export function sortedJson(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), null, 4)}\n`;
}

/** `value` as Python's `json.dumps` writes it: a space after commas and colons, ASCII only. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${pythonJson(key)}: ${pythonJson(entry)}`)
      .join(", ")}}`;
  }
  const ascii = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return (JSON.stringify(value) ?? "null").replace(/[\u007f-\uffff]/g, ascii);
}

function pythonQuoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = "";
  for (const character of text) {
    if (character === "\\") body += "\\\\";
    else if (character === quote) body += `\\${quote}`;
    else if (character === "\n") body += "\\n";
    else if (character === "\r") body += "\\r";
    else if (character === "\t") body += "\\t";
    else if (character < " " || character === "\u007f") body += `\\x${hexadecimal(character)}`;
    else body += character;
  }
  return quote + body + quote;
}

function hexadecimal(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, "0");
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)]));
}
