/**
 * `script` as one section of the probe: POSIX shell with a plain locale, the administrator's PATH and these words.
 *
 * - `have TOOL` is true when the tool is there, and says `#missing TOOL` on standard error when it is not;
 * - `within SECONDS COMMAND…` ends a command that hangs (status 124);
 * - `container` is true inside a container, and then says `#container` on standard error;
 * - `get FILE` puts the first line of a file into `v`, also when it does not end with a newline (as some in sysfs do not);
 * - `root` is true with administrator rights, and says `#unprivileged` on standard error without.
 */
export function section(script: string): string {
  return `${WORDS}${script.trim()}\n`;
}

const WORDS = `PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin; LC_ALL=C; export PATH LC_ALL
have() { command -v "$1" >/dev/null 2>&1 || { echo "#missing $1" >&2; return 1; }; }
within() { limit=$1; shift; if command -v timeout >/dev/null 2>&1; then timeout "$limit" "$@"; else "$@"; fi; }
container() { [ -s /run/systemd/container ] || [ -e /.dockerenv ] || [ -e /run/.containerenv ] || return 1; echo '#container' >&2; }
get() { v=; [ -r "$1" ] || return 1; IFS= read -r v <"$1" || [ -n "$v" ]; } 2>/dev/null
root() { [ -O /proc/1 ] || { echo '#unprivileged' >&2; return 1; }; }
`;
