import { Secret } from "#inventory/kernel/secret.ts";
import { writeJson } from "../expression/json-writer.ts";
import { dictEntries, isDict, pythonString } from "../expression/values.ts";

/** What a module is told about the run beside its own arguments. */
export interface WireOptions {
  readonly checkMode: boolean;
  readonly diff: boolean;
  readonly noLog: boolean;
  readonly verbosity: number;
  readonly version: string;
  /** As the task wrote it. */
  readonly module: string;
  readonly remoteTemporary: string;
  readonly shell: string;
}

/** The arguments of a module with the internal ones as ansible-core 2.19 gives them, in its order; secrets are revealed. */
export function wireArguments(given: ReadonlyMap<string, unknown>, options: WireOptions): ReadonlyMap<string, unknown> {
  const all = new Map([...given].map(([name, value]) => [name, revealed(value)] as const));
  const internal = {
    check_mode: options.checkMode,
    no_log: options.noLog,
    debug: false,
    diff: options.diff,
    verbosity: options.verbosity,
    version: options.version,
    module_name: options.module,
    syslog_facility: "LOG_USER",
    selinux_special_fs: ["fuse", "nfs", "vboxsf", "ramfs", "9p", "vfat"],
    socket: null,
    shell_executable: options.shell,
    keep_remote_files: false,
    tmpdir: null,
    remote_tmp: options.remoteTemporary,
    ignore_unknown_opts: false,
    target_log_info: null,
    tracebacks_for: [],
  };
  for (const [name, value] of Object.entries(internal)) all.set(`_ansible_${name}`, value);
  return all;
}

export function jsonOf(value: unknown): string {
  return writeJson(value, { sortKeys: false, ensureAscii: true });
}

/** The arguments as `name='value' ` words, values as Python's `str()` writes them: what modules of the oldest kind read. */
export function wordsOf(given: ReadonlyMap<string, unknown>): string {
  return [...given].map(([name, value]) => `${name}=${quoted(pythonString(value))} `).join("");
}

/** Python's `shlex.quote`. */
function quoted(text: string): string {
  if (text === "") return "''";
  return /[^\w@%+=:,./-]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (isDict(value)) return new Map(dictEntries(value).map(([key, item]) => [key, revealed(item)]));
  return value;
}
