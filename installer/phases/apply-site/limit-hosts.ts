import type { Plan } from "#inventory/schema/plan.ts";
import { serviceGroup } from "#inventory/site-directory/ansible-inventory.ts";
import { noHostSelected } from "./errors.ts";

/**
 * The plan's nodes that a `--limit` selects: names, roles and services, joined by commas, `!` in front takes away, as in
 * Ansible. Every node when there is no limit. Throws `INSTALLER_NO_HOST_SELECTED`, also when a single one of the terms fits
 * no node: a mistyped name must not pass for done.
 */
export function limitHosts(plan: Plan, limit: string | undefined): readonly string[] {
  const all = plan.nodes.map((node) => node.name);
  if (limit === undefined) return all;
  const terms = limit
    .split(/[,:]/)
    .map((term) => term.trim())
    .filter((term) => term !== "");
  const wanted = terms.filter((term) => !term.startsWith("!"));
  const unwanted = terms.filter((term) => term.startsWith("!")).map((term) => term.slice(1));
  const stray = [...wanted, ...unwanted].find((term) => !all.some((name) => matches(plan, name, term)));
  if (stray !== undefined) throw noHostSelected(stray, plan);
  const selected = all.filter(
    (name) =>
      (wanted.length === 0 || wanted.some((term) => matches(plan, name, term))) &&
      !unwanted.some((term) => matches(plan, name, term)),
  );
  if (selected.length === 0) throw noHostSelected(limit, plan);
  return selected;
}

function matches(plan: Plan, name: string, term: string): boolean {
  const node = plan.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) return false;
  const groups = ["all", name, ...node.roles, ...node.services, ...node.services.map(serviceGroup)];
  return groups.includes(term) || (term.includes("*") && globMatches(name, term));
}

function globMatches(name: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}
