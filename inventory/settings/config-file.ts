import { access, constants, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expandPath, type Surroundings } from "./paths.ts";

/** An ansible.cfg: where it lies and what its sections say, keys in lower case. */
export interface ConfigFile {
  readonly path: string;
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** The file found, if any, and what a person should be told about one that was passed over. */
export interface FoundConfig {
  readonly file: ConfigFile | undefined;
  readonly warnings: readonly string[];
}

/**
 * The ansible.cfg in force, in Ansible's order: `ANSIBLE_CONFIG` (a folder means its ansible.cfg), the working folder unless
 * everybody may write there, `~/.ansible.cfg`, `/etc/ansible/ansible.cfg`. The first that can be read wins, alone.
 */
export async function findConfigFile(around: Surroundings): Promise<FoundConfig> {
  const candidates: string[] = [];
  const warnings: string[] = [];
  const said = around.environment["ANSIBLE_CONFIG"];
  if (said !== undefined) {
    const path = expandPath(said, around);
    candidates.push((await isFolder(path)) ? join(path, "ansible.cfg") : path);
  }
  const beside = join(around.workingFolder, "ansible.cfg");
  const isPublic = ((await stat(around.workingFolder).catch(() => undefined))?.mode ?? 0) & 0o002;
  if (!isPublic) candidates.push(beside);
  candidates.push(join(around.homeFolder, ".ansible.cfg"), "/etc/ansible/ansible.cfg");
  for (const path of candidates) {
    const text = await readable(path);
    if (isPublic && said === undefined && (await readable(beside)) !== undefined) warnings.push(worldWritable(around));
    if (text !== undefined) return { file: { path, sections: parseConfig(text) }, warnings };
  }
  return { file: undefined, warnings: [...new Set(warnings)] };
}

function worldWritable(around: Surroundings): string {
  return (
    `Ansible is being run in a world writable directory (${around.workingFolder}), ignoring it as an ansible.cfg source. ` +
    "For more information see https://docs.ansible.com/ansible/devel/reference_appendices/config.html#cfg-in-world-writable-dir"
  );
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

async function readable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK);
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * The sections of an INI text as Python's ConfigParser reads it: `key = value` or `key: value`, `#` and `;` lines are comments,
 * ` ;` ends a value, deeper lines go on with it. Lines that are none of these are left out.
 */
export function parseConfig(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: { readonly name: string; readonly indent: number } | undefined;
  for (const whole of text.split(/\r?\n/)) {
    const line = whole.replace(/(?:^|\s);.*$/, "");
    if (line.trim() === "" || /^\s*#/.test(line)) continue;
    const indent = line.length - line.trimStart().length;
    const head = /^\[([^\]]+)\]/.exec(line.trim());
    if (key !== undefined && indent > key.indent && section !== undefined) {
      section.set(key.name, `${section.get(key.name) ?? ""}\n${line.trim()}`);
    } else if (head !== null) {
      section = sections.get(head[1] ?? "") ?? new Map<string, string>();
      sections.set(head[1] ?? "", section);
      key = undefined;
    } else {
      const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line.trim());
      if (pair === null || section === undefined) continue;
      key = { name: (pair[1] ?? "").toLowerCase(), indent };
      section.set(key.name, (pair[2] ?? "").trim());
    }
  }
  return sections;
}
