/** What is done about a group name that is no variable name: `always` and `silently` put underscores in it. */
export type GroupNameRule = "always" | "never" | "ignore" | "silently";

const INVALID = /^\p{Nd}|[^\p{L}\p{N}_]/gu;

/** A name with an underscore for every character a variable name cannot have. */
export function variableName(name: string): string {
  return name.replace(INVALID, "_");
}

/** The name a group gets, and what a person should be told about it. */
export function groupName(name: string, rule: GroupNameRule): { readonly name: string; readonly warning?: string } {
  const safe = variableName(name);
  if (safe === name || rule === "ignore") return { name };
  if (rule === "silently") return { name: safe };
  const what = "Invalid characters were found in group names";
  return rule === "always"
    ? { name: safe, warning: `${what} and automatically replaced, use -vvvv to see details` }
    : { name, warning: `${what} but not replaced, use -vvvv to see details` };
}
