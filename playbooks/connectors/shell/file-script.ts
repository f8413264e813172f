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
  const path = shellQuote(file.path);
  const owner = ownership(file);
  const mode = file.mode === undefined ? '"${mode:-644}"' : file.mode.toString(8);
  const pattern = shellQuote(`${dirname(file.path)}/.${basename(file.path).slice(0, 200)}.XXXXXXXXXX`);
  return [
    `p=${path}; umask 077`,
    `t=$(mktemp ${pattern}) || exit ${FILE_STATUS.temporary}`,
    `trap 'rm -f -- "$t"' EXIT`,
    `trap 'exit 130' HUP INT TERM`,
    `cat >"$t" || exit ${FILE_STATUS.content}`,
    `sum=$(sha256sum <"$t") || exit ${FILE_STATUS.content}`,
    `[ "\${sum%% *}" = ${sha256} ] || { echo "the content arrived incomplete" >&2; exit ${FILE_STATUS.checksum}; }`,
    `mode=; own=; if [ -f "$p" ]; then mode=$(stat -L -c %a "$p"); own=$(stat -L -c %u:%g "$p"); fi`,
    ...(owner === undefined
      ? [`[ -z "$own" ] || [ "$own" = "$(stat -c %u:%g "$t")" ] || chown "$own" "$t" || exit ${FILE_STATUS.attributes}`]
      : [`[ -z "$own" ] || chown "$own" "$t" 2>/dev/null`, `chown ${owner} "$t" || exit ${FILE_STATUS.attributes}`]),
    `chmod ${mode} "$t" || exit ${FILE_STATUS.attributes}`,
    `[ ! -e /sys/fs/selinux/enforce ] || [ ! -e "$p" ] || chcon --reference="$p" "$t"`,
    ...(file.validate === undefined
      ? []
      : [`( ${validation(file.validate)} ) </dev/null || exit ${FILE_STATUS.refused}`]),
    `sync "$t" || exit ${FILE_STATUS.content}`,
    `mv -fT -- "$t" "$p" || exit ${FILE_STATUS.rename}`,
    "trap - EXIT",
    `[ ! -e /sys/fs/selinux/enforce ] || ! command -v restorecon >/dev/null || restorecon "$p"`,
    `sync ${shellQuote(dirname(file.path))} || :`,
  ].join("\n");
}

function ownership(file: FileToWrite): string | undefined {
  if (file.owner === undefined && file.group === undefined) return undefined;
  return shellQuote(`${file.owner ?? ""}${file.group === undefined ? "" : `:${file.group}`}`);
}

function validation(command: string): string {
  return command.replaceAll("%s", '"$t"');
}
