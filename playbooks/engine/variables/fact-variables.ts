/** Facts as variables: under `ansible_facts` without `ansible_`, and each by its own name where they are to be. */
export function factVariables(facts: ReadonlyMap<string, unknown>, isInjected: boolean): ReadonlyMap<string, unknown> {
  if (facts.size === 0) return new Map([["ansible_facts", new Map()]]);
  if (isInjected) return new Map<string, unknown>([["ansible_facts", shortFacts(facts)], ...facts]);
  return new Map<string, unknown>([
    ["ansible_facts", shortFacts(facts)],
    ["ansible_local", facts.get("ansible_local") ?? new Map()],
  ]);
}

/** Facts by their names without `ansible_`. */
export function shortFacts(facts: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map(
    [...facts].map(([name, value]) => [name === "ansible_local" ? name : name.replace(/^ansible_/, ""), value]),
  );
}
