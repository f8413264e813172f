import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Static, TSchema } from "typebox";
import { messageOf, systemCodeOf } from "../kernel/errors.ts";
import { readFileIfThere, writeFileDurably } from "../kernel/files.ts";
import { schemaProblems } from "../kernel/schema.ts";
import { ServerFacts } from "../schema/facts.ts";
import { Plan } from "../schema/plan.ts";
import type { Site } from "../schema/site.ts";
import { type InventoryVariables, writeInventory } from "./ansible-inventory.ts";
import { readAnswers, writeAnswers } from "./answers.ts";
import { siteErrors } from "./errors.ts";
import { type JsonLines, openJsonLines, readJsonLines } from "./json-lines.ts";
import { type LockOwner, type LockRequest, lockSite, readLock, type SiteLock } from "./site-lock.ts";
import { type SitePaths, sitePaths } from "./site-paths.ts";
import { type SiteVault, siteVault } from "./site-vault.ts";
import { consumeWipe, readWipes, type UsedWipe } from "./wipes.ts";

/** The operator's folder for one site. Nothing is read or written before a method is called; errors name the file. */
export interface SiteDirectory {
  /** Absolute. */
  readonly path: string;
  readonly paths: SitePaths;
  readonly vault: SiteVault;
  /** Socket of the SSH agent of whoever runs this, where there is one. */
  readonly agentSocket: string | undefined;
  /** Makes the folder (mode 0700) and what its .gitignore must name, where they are missing. */
  create(): Promise<void>;
  /** site.yml. `INVENTORY_SITE_MISSING`, `INVENTORY_SITE_INVALID`, `KERNEL_YAML_UNPARSABLE`, the last two with line and column. */
  readAnswers(): Promise<Site>;
  /** Rejects with `INVENTORY_SITE_EDITED` rather than overwrite what a person wrote. */
  writeAnswers(site: Site): Promise<void>;
  /** Facts of every probed server, by host name. */
  readFacts(): Promise<ServerFacts[]>;
  readFactsOf(host: string): Promise<ServerFacts | undefined>;
  /** `raw`: what each section printed, by section name; kept under facts/<host>.raw/, readable by the owner alone. */
  writeFacts(facts: ServerFacts, raw?: Readonly<Record<string, string>>): Promise<void>;
  readPlan(): Promise<Plan | undefined>;
  writePlan(plan: Plan): Promise<void>;
  /** The plan that was last applied whole. */
  readApplied(): Promise<Plan | undefined>;
  writeApplied(plan: Plan): Promise<void>;
  /** Returns what changed, relative to inventory/. */
  writeInventory(plan: Plan, site: Site, variables?: InventoryVariables): Promise<string[]>;
  openJournal(): Promise<JsonLines>;
  readJournal(): Promise<Record<string, unknown>[]>;
  readWipes(): Promise<UsedWipe[]>;
  /** Uses a wipe permission up, before the disk is touched. Rejects with `PLAN_WIPE_USED`. */
  consumeWipe(use: UsedWipe): Promise<void>;
  /** Rejects with `INSTALLER_SITE_LOCKED`. */
  lock(request: LockRequest): Promise<SiteLock>;
  readLock(): Promise<LockOwner | undefined>;
}

export interface SiteOptions {
  /** Where the vault's password lies; .vault-password in the site directory unless given. */
  readonly vaultPasswordFile?: string;
  /** Socket of an SSH agent, as SSH_AUTH_SOCK names it. */
  readonly agentSocket?: string;
}

/** The site directory at `path`, which need not exist yet. */
export function openSite(path: string, options: SiteOptions = {}): SiteDirectory {
  const root = resolve(path);
  const paths = sitePaths(root, options.vaultPasswordFile);
  return {
    path: root,
    paths,
    vault: siteVault(paths),
    agentSocket: options.agentSocket,
    create: () => create(root, paths),
    readAnswers: () => readAnswers(paths.answers),
    writeAnswers: async (site) => {
      await create(root, paths);
      await writeAnswers(paths.answers, site);
    },
    readFacts: () => readAllFacts(paths.facts),
    readFactsOf: (host) => readFacts(factsPath(paths.facts, host)),
    writeFacts: (facts, raw) => writeFacts(paths.facts, facts, raw ?? {}),
    readPlan: () => readRecord(Plan, paths.plan),
    writePlan: (plan) => writeFileDurably(paths.plan, jsonOf(plan)),
    readApplied: () => readRecord(Plan, paths.applied),
    writeApplied: (plan) => writeFileDurably(paths.applied, jsonOf(plan)),
    writeInventory: (plan, site, variables) => writeInventory(paths.inventory, plan, site, variables),
    openJournal: () => openJsonLines(paths.journal),
    readJournal: () => readJsonLines(paths.journal),
    readWipes: () => readWipes(paths.wipes),
    consumeWipe: (use) => consumeWipe(paths.wipes, use),
    lock: (request) => lockSite(paths.lock, request),
    readLock: () => readLock(paths.lock),
  };
}

/** Secrets and what is made anew at will do not belong in git. */
const IGNORED = ["/.vault-password*", "/lock.json*", "/rendered/", "/facts/*.raw/", "/keys/", "/secrets/", ".*.tmp"];
const IGNORED_WHY = "# Written by bdap. Secrets and what is made anew at will do not belong in git.";

async function create(root: string, paths: SitePaths): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const text = (await readFileIfThere(paths.ignore)) ?? "";
  const lines = text.split(/\r?\n/);
  const missing = IGNORED.filter((line) => !lines.includes(line));
  if (missing.length === 0) return;
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  await writeFileDurably(paths.ignore, `${before}${[IGNORED_WHY, ...missing].join("\n")}\n`);
}

async function readAllFacts(folder: string): Promise<ServerFacts[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  });
  const all: ServerFacts[] = [];
  for (const name of names.filter((one) => one.endsWith(".json") && !one.startsWith(".")).sort()) {
    const facts = await readFacts(join(folder, name));
    if (facts !== undefined) all.push(facts);
  }
  return all;
}

async function readFacts(path: string): Promise<ServerFacts | undefined> {
  const text = await readFileIfThere(path);
  if (text === undefined) return undefined;
  return parseRecord(ServerFacts, text, (why) => siteErrors.factsUnreadable(path, why));
}

async function writeFacts(folder: string, facts: ServerFacts, raw: Readonly<Record<string, string>>): Promise<void> {
  for (const [section, text] of Object.entries(raw)) {
    const name = section.replaceAll(/[^A-Za-z0-9._-]/g, "_");
    await writeFileDurably(join(`${factsPath(folder, facts.host).slice(0, -5)}.raw`, name), text, 0o600);
  }
  await writeFileDurably(factsPath(folder, facts.host), jsonOf(facts));
}

/** One file name for any host, which might be an address with colons or hold what no file name may. */
function factsPath(folder: string, host: string): string {
  return join(folder, `${encodeURIComponent(host).replaceAll("%3A", ":").replace(/^\./, "%2E")}.json`);
}

async function readRecord<T extends TSchema>(schema: T, path: string): Promise<Static<T> | undefined> {
  const text = await readFileIfThere(path);
  return text === undefined ? undefined : parseRecord(schema, text, (why) => siteErrors.recordUnreadable(path, why));
}

function parseRecord<T extends TSchema>(schema: T, text: string, failure: (why: string) => Error): Static<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw failure(messageOf(error));
  }
  const problems = schemaProblems(schema, value, 3);
  if (problems.length > 0) throw failure(problems.map((one) => `${one.path || "(top)"}: ${one.message}`).join("; "));
  return value as Static<T>;
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
