/** What becomes of a variable that two places give a mapping: the stronger one alone, or both merged at every depth. */
export type HashBehaviour = "replace" | "merge";

/** Sets `stronger` over `weaker`, which is changed. */
export function mergeInto(
  weaker: Map<string, unknown>,
  stronger: Iterable<readonly [string, unknown]>,
  behaviour: HashBehaviour,
): void {
  for (const [name, value] of stronger)
    weaker.set(name, behaviour === "merge" ? merged(weaker.get(name), value) : value);
}

/** Two values of one variable, mappings merged at every depth: new keys behind the old ones. */
export function merged(weaker: unknown, stronger: unknown): unknown {
  if (!(weaker instanceof Map) || !(stronger instanceof Map)) return stronger;
  const result = new Map<unknown, unknown>(weaker);
  for (const [key, value] of stronger) result.set(key, merged(result.get(key), value));
  return result;
}
