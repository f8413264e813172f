import type { Fact, FactSections } from "#playbooks/facts/fact.ts";

export const qemuProfiles: Readonly<Record<string, readonly string[]>> = {};

export async function bootAndRead(
  _profile: string,
  _facts: readonly Fact[],
): Promise<ReadonlyMap<string, FactSections>> {
  return new Map();
}
