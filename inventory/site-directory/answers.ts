import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { readFileIfThere, writeFileDurably } from "../kernel/files.ts";
import { dumpYaml } from "../kernel/yaml.ts";
import { readDocument } from "../kernel/yaml-document.ts";
import { Site } from "../schema/site.ts";
import { siteErrors } from "./errors.ts";

const MARK = /^# Written by bdap; what follows has sha256 ([0-9a-f]{64})\n/;

/**
 * The answers in a site.yml. Rejects with `INVENTORY_SITE_MISSING`, `KERNEL_YAML_UNPARSABLE`, or `INVENTORY_SITE_INVALID`
 * naming line, column and key of every answer that does not fit.
 */
export async function readAnswers(path: string): Promise<Site> {
  const text = await readFileIfThere(path);
  if (text === undefined) throw siteErrors.missing(dirname(path));
  return parseAnswers(text, path);
}

/** The answers in the text of a site.yml called `source`. */
export function parseAnswers(text: string, source: string): Site {
  return readDocument(Site, text, {
    source,
    code: "INVENTORY_SITE_INVALID",
    hint: "Correct the file at that line and column; inventory/schema/site.ts describes every key.",
  });
}

/**
 * Writes a site.yml. One that a person wrote, or changed since bdap wrote it, is never overwritten: rejects with
 * `INVENTORY_SITE_EDITED`. Whether it was changed is told by a checksum in its first line.
 */
export async function writeAnswers(path: string, site: Site): Promise<void> {
  const old = await readFileIfThere(path);
  if (old !== undefined && !isOurs(old)) throw siteErrors.edited(path);
  const body = dumpYaml(site);
  parseAnswers(body, path);
  await writeFileDurably(path, `# Written by bdap; what follows has sha256 ${digestOf(body)}\n${body}`, 0o600);
}

function isOurs(text: string): boolean {
  const mark = MARK.exec(text);
  return mark !== null && digestOf(text.slice(mark[0].length)) === mark[1];
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
