import { readdir, readFile } from "node:fs/promises";
import { systemCodeOf } from "#inventory/kernel/errors.ts";
import type { ProcessResult, RunProcess } from "../processes/run-process.ts";

/** How far the node's wall clock is from the control plane's, as the last heartbeat showed. */
export interface ClockOffset {
  /** Node minus control plane, milliseconds. */
  readonly offsetMilliseconds: number;
  /** The true offset lies within plus or minus this: half the round trip. */
  readonly uncertaintyMilliseconds: number;
}

/** What the site's configuration tells collectors. */
export interface HostSettings {
  /** Where the root-run SMART reader leaves its JSON. */
  readonly smartFile?: string;
  /** systemd units whose state is reported besides the appliance's own. */
  readonly units?: readonly string[];
  /** The words that start this agent's program; its sub-commands do what must not happen in the loop. */
  readonly self?: readonly string[];
}

/** All that collectors may see of the node: files, names in directories, programs. Tests pass captured texts. */
export interface NodeHost {
  /** A file's text; undefined when it is not there, not ours to read, or the kernel has nothing to say (ENODEV, EINVAL). */
  read(path: string): Promise<string | undefined>;
  /** Names in a directory, sorted; empty when it is not there. */
  list(path: string): Promise<string[]>;
  /** See {@link RunProcess}. */
  run(words: readonly string[], deadlineMilliseconds: number): Promise<ProcessResult>;
  /** Undefined before the first heartbeat was answered. */
  clockOffset(): ClockOffset | undefined;
  readonly settings: HostSettings;
}

const NOTHING_TO_SAY: ReadonlySet<string | undefined> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "ENODEV",
  "ENXIO",
  "EINVAL",
  "EOPNOTSUPP",
  "ESRCH",
]);

/** The node itself. */
export function realHost(
  run: RunProcess,
  settings: HostSettings,
  clockOffset: () => ClockOffset | undefined,
): NodeHost {
  return {
    settings,
    read: (path) => readFile(path, "utf8").catch(undefinedIfNothing),
    list: (path) =>
      readdir(path).then(
        (names) => names.sort(),
        (error) => undefinedIfNothing(error) ?? [],
      ),
    run,
    clockOffset,
  };
}

/** What a node looked like: files by path and outputs by command line. For tests and captured cases. */
export interface CapturedNode {
  readonly files?: Readonly<Record<string, string>>;
  readonly commands?: Readonly<Record<string, string | ProcessResult | Error>>;
  readonly clockOffset?: ClockOffset;
  readonly settings?: HostSettings;
}

/** A host that answers from captured texts; directories are known by the files in them. */
export function capturedHost(node: CapturedNode): NodeHost {
  const files = node.files ?? {};
  return {
    settings: node.settings ?? {},
    read: async (path) => files[path],
    list: async (path) => {
      const prefix = `${path}/`;
      const below = Object.keys(files).filter((name) => name.startsWith(prefix));
      return [...new Set(below.map((name) => name.slice(prefix.length).split("/")[0] ?? ""))].sort();
    },
    run: async (words) => {
      const answer = node.commands?.[words.join(" ")];
      if (answer === undefined) return { status: 127, stdout: "", stderr: `${words[0]}: not captured` };
      if (answer instanceof Error) throw answer;
      return typeof answer === "string" ? { status: 0, stdout: answer, stderr: "" } : answer;
    },
    clockOffset: () => node.clockOffset,
  };
}

function undefinedIfNothing(error: unknown): undefined {
  if (NOTHING_TO_SAY.has(systemCodeOf(error))) return undefined;
  throw error;
}
