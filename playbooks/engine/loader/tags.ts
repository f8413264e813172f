/** `tags:` as a list: a text with commas is several. */
export function tagList(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value) ? value.map(String) : [String(value)];
  return items
    .flatMap((item) => item.split(","))
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** Whether a task of these tags runs: chosen by `only`, not dropped by `skip`, with Ansible's special tags. */
export function tagsAllow(tags: readonly string[], only: readonly string[], skip: readonly string[]): boolean {
  const own = new Set(tags);
  const isUntagged = tags.length === 0;
  const wanted = only.length === 0 ? ["all"] : only;
  let runs = false;
  if (own.has("always")) runs = true;
  else if (wanted.includes("all") && !own.has("never")) runs = true;
  else if (wanted.some((tag) => own.has(tag))) runs = true;
  else if (wanted.includes("tagged") && !isUntagged && !own.has("never")) runs = true;
  else if (wanted.includes("untagged") && isUntagged) runs = true;
  if (!runs || skip.length === 0) return runs;
  if (skip.includes("all")) return own.has("always") && !skip.includes("always");
  if (skip.some((tag) => own.has(tag))) return false;
  if (skip.includes("tagged") && !isUntagged) return false;
  return !(skip.includes("untagged") && isUntagged);
}
