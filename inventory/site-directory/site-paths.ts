import { join } from "node:path";

/** Where everything lies in a site directory, absolute paths. */
export interface SitePaths {
  readonly answers: string;
  /** Ansible inventory file. Its folder also holds group_vars/ and host_vars/. */
  readonly inventory: string;
  readonly facts: string;
  /** What the last probe found between servers, and which it could not read. */
  readonly comparison: string;
  readonly plan: string;
  /** Copy of the plan that was last applied whole. */
  readonly applied: string;
  readonly rendered: string;
  readonly journal: string;
  readonly vault: string;
  /** The vault's password, unless the person keeps it elsewhere. */
  readonly vaultPassword: string;
  readonly knownHosts: string;
  readonly lock: string;
  /** Wipe permissions that were used, one JSON object a line. */
  readonly wipes: string;
  /** The site's own classification rules, where it has any. */
  readonly rules: string;
  readonly ignore: string;
}

/** The paths of the site directory at `path` (absolute). */
export function sitePaths(path: string, vaultPasswordFile?: string): SitePaths {
  return {
    answers: join(path, "site.yml"),
    inventory: join(path, "inventory", "hosts.yml"),
    facts: join(path, "facts"),
    comparison: join(path, "comparison.json"),
    plan: join(path, "plan.json"),
    applied: join(path, "applied.json"),
    rendered: join(path, "rendered"),
    journal: join(path, "journal.jsonl"),
    vault: join(path, "vault.yml"),
    vaultPassword: vaultPasswordFile ?? join(path, ".vault-password"),
    knownHosts: join(path, "known_hosts"),
    lock: join(path, "lock.json"),
    wipes: join(path, "wipes.jsonl"),
    rules: join(path, "rules.yml"),
    ignore: join(path, ".gitignore"),
  };
}
