import { errorRecordOf } from "#inventory/kernel/errors.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { applySite } from "../../phases/apply-site/apply-site.ts";
import { planAndKeep, probeAnswers } from "../../phases/install-site/install-site.ts";
import type { ProbeEvent } from "../../phases/probe-servers/events.ts";
import type { ServerSummary } from "../../phases/probe-servers/summary.ts";
import type { ProbeRow } from "../probe/rows.ts";
import { bytesInWords } from "../summary/quantities.ts";
import type { Draft, Effect } from "./data.ts";
import type { Message } from "./model.ts";

export interface World {
  readonly site: SiteDirectory;
  readonly packageRoot: string;
  readonly signal: AbortSignal;
}

/** Servers probed and hosts changed at once. */
const AT_ONCE = 50;

/**
 * Does what the wizard asks, one thing after the other, so that a plan is drawn from the answers saved before it. What goes
 * wrong is told, never thrown.
 */
export function performer(world: World): (effect: Effect, send: (message: Message) => void) => void {
  let last: Promise<void> = Promise.resolve();
  return (effect, send) => {
    last = last
      .then(() => performOne(world, effect, send))
      .catch((error: unknown) => send({ type: "problem", error: errorRecordOf(error) }));
  };
}

async function performOne(world: World, effect: Effect, send: (message: Message) => void): Promise<void> {
  const { site, signal } = world;
  switch (effect.type) {
    case "save":
      return save(site, effect.answers);
    case "probe": {
      const onEvent = (event: ProbeEvent) => {
        const row = rowOf(event);
        if (row !== undefined) send({ type: "probe-row", row });
      };
      await probeAnswers(site, await site.readAnswers(), { concurrency: AT_ONCE, signal, onEvent });
      return send({ type: "probe-done" });
    }
    case "plan":
      await save(site, effect.answers);
      return send({ type: "planned", plan: await planAndKeep(site, world.packageRoot) });
    case "apply": {
      const options = { check: false, diff: false, tags: [], skipTags: [], forks: AT_ONCE, engine: "native" as const };
      await applySite({ ...world, options, takeOver: false, onEvent: (event) => send({ type: "apply-event", event }) });
    }
  }
}

/** Writes site.yml as soon as it can be one: before that there is nothing worth keeping. */
async function save(site: SiteDirectory, answers: Draft): Promise<void> {
  const { site: name, servers } = answers;
  if (name === undefined || servers === undefined) return;
  const complete: Site = { ...answers, site: name, servers };
  // Unchanged answers are not written again, so that a file a person wrote is no obstacle until it would change.
  const before = await site.readAnswers().catch(() => undefined);
  if (JSON.stringify(before) === JSON.stringify(complete)) return;
  await site.writeAnswers(complete);
}

/** A probe's event as a row of the live table; undefined for those that are not about one server. */
export function rowOf(event: ProbeEvent): ProbeRow | undefined {
  switch (event.type) {
    case "started":
      return blank(event.host, "reading", "");
    case "read":
      return { ...blank(event.host, "read", ""), ...inWords(event.summary) };
    case "failed":
      return blank(event.host, "failed", event.error.message);
    default:
      return undefined;
  }
}

function blank(server: string, state: ProbeRow["state"], note: string): ProbeRow {
  return { server, state, os: "", cores: "", memory: "", disks: "", note };
}

function inWords({ hostname, os, cores, memoryBytes, emptyDisks, disks, hostKey, unprivileged }: ServerSummary) {
  return {
    os: (os ?? "?").replace(/^Debian GNU\/Linux (\d+).*/, "Debian $1"),
    cores: cores === null ? "?" : String(cores),
    memory: memoryBytes === null ? "?" : bytesInWords(memoryBytes),
    disks: `${emptyDisks ?? "?"}/${disks ?? "?"}`,
    note: unprivileged ?? `${hostname ?? ""} ${hostKey}`,
  };
}

/** The answers of an earlier sitting, or none. Rejects when the file is there and cannot be read. */
export async function draftIn(site: SiteDirectory): Promise<Draft> {
  try {
    return await site.readAnswers();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "INVENTORY_SITE_MISSING") return { access: {} };
    throw error;
  }
}
