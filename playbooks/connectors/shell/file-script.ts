import { randomBytes } from "node:crypto";
import { basename, dirname } from "node:path/posix";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { FileToWrite } from "../connector.ts";

/** Exit statuses of {@link fileScript} that tell which step failed; the cause is on standard error. */
export const FILE_STATUS = {
  temporary: 81,
  content: 82,
  checksum: 83,
  attributes: 84,
  refused: 85,
  rename: 86,
} as const;

/**
 * Shell that makes a file of its standard input, whole or not at all: a temporary file beside it, checksum, owner and
 * mode (those of the file that is there unless given), the caller's check, fsync, rename, fsync of the directory. On
 * any failure the temporary file is removed. Needs only coreutils; keeps SELinux labels where there are any.
 */
export function fileScript(file: FileToWrite, sha256: string): string {
  const directory = dirname(file.path);
  const temporary = `${directory}/.${basename(file.path).slice(0, 200)}.${randomBytes(6).toString("hex")}`;
  const owner = ownership(file);
  const mode = file.mode === undefined ? '"${mode:-644}"' : file.mode.toString(8);
  const { temporary: noFile, content, checksum, attributes, refused, rename } = FILE_STATUS;
  return [
    `p=${shellQuote(file.path)}; t=${shellQuote(temporary)}; umask 077`,
    // Without overwriting, and by its descriptor from here on: whoever else may write in that directory can put something
    // else in the file's place, but has neither content, owner nor mode of it changed by us.
    `set -C; command exec 3>"$t" || exit ${noFile}; set +C; f=/proc/self/fd/3`,
    `trap 'rm -f -- "$t"' EXIT; trap 'exit 130' HUP INT TERM`,
    `cat >&3 || exit ${content}`,
    `sum=$(sha256sum <"$t") || exit ${content}`,
    `[ "\${sum%% *}" = ${sha256} ] || { echo "the content arrived incomplete" >&2; exit ${checksum}; }`,
    `mode=; own=; if [ -f "$p" ]; then own=$(stat -L -c '%a %u:%g' "$p"); mode=\${own%% *}; own=\${own#* }; fi`,
    // -O and -G are true when the file is the user's own already, which saves a process.
    `[ -z "$own" ] || { [ -O "$p" ] && [ -G "$p" ]; } || chown "$own" "$f" || exit ${attributes}`,
    ...(owner === undefined ? [] : [`chown ${owner} "$f" || exit ${attributes}`]),
    `chmod ${mode} "$f" || exit ${attributes}`,
    "exec 3>&-",
    `[ ! -e /sys/fs/selinux/enforce ] || [ ! -e "$p" ] || chcon --reference="$p" "$t"`,
    ...(file.validate === undefined ? [] : [`( ${validation(file.validate)} ) </dev/null || exit ${refused}`]),
    `sync "$t" || exit ${content}`,
    `mv -fT -- "$t" "$p" || exit ${rename}`,
    "trap - EXIT",
    `[ ! -e /sys/fs/selinux/enforce ] || ! command -v restorecon >/dev/null || restorecon "$p"`,
    `sync ${shellQuote(directory)} || :`,
  ].join("\n");
}

function ownership(file: FileToWrite): string | undefined {
  if (file.owner === undefined && file.group === undefined) return undefined;
  return shellQuote(`${file.owner ?? ""}${file.group === undefined ? "" : `:${file.group}`}`);
}

function validation(command: string): string {
  return command.replaceAll("%s", '"$t"');
}
