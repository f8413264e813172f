import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Command } from "../../connectors/connector.ts";

/** A module that is put on the host as a file, run, and taken away again with its arguments. */
export interface FileRun {
  readonly name: string;
  readonly source: Buffer;
  /** Content of the file whose path is its only argument; undefined where it has its arguments in its text. */
  readonly argumentText: string | undefined;
  /** Words before the file's path; none where the file runs by itself. */
  readonly interpreter: readonly string[];
  /** The folder its own folder is made in, as the user writes it (`~/.ansible/tmp`). */
  readonly remoteTemporary: string;
}

/** The command that does it, in a folder of mode 0700 under the names Ansible gives such files. The module reads no input. */
export function fileCommand(run: FileRun): Pick<Command, "script" | "stdin"> {
  const program = shellQuote(`AnsiballZ_${run.name}`);
  const base = run.remoteTemporary.startsWith("~/")
    ? `~/${shellQuote(run.remoteTemporary.slice(2))}`
    : shellQuote(run.remoteTemporary);
  const words = [
    ...(run.interpreter.length === 0 ? [] : [shellJoin(run.interpreter)]),
    `"$folder"/${program}`,
    ...(run.argumentText === undefined ? [] : ['"$folder"/args']),
  ];
  const script = [
    "umask 077",
    `base=${base}; mkdir -p "$base" && folder=$(mktemp -d "$base/ansible-tmp-XXXXXXXXXX") || exit 1`,
    `trap 'rm -rf -- "$folder"' EXIT; trap 'exit 130' HUP INT TERM`,
    `head -c ${run.source.length} >"$folder"/${program} && cat >"$folder"/args || exit 1`,
    `chmod u+x "$folder"/${program}`,
    "umask 022",
    `${words.join(" ")} </dev/null`,
  ].join("\n");
  return { script, stdin: Buffer.concat([run.source, Buffer.from(run.argumentText ?? "")]) };
}
