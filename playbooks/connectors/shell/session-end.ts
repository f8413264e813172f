import { basename } from "node:path/posix";

/**
 * Shell functions about sessions. Sessions, states and start times are those of proc(5) stat; a dead process that its parent has
 * not collected yet (state Z) does not count. `members` sets `pids` to the processes of session `$session`, less `$spared`;
 * `end_session TENTHS` sends TERM, waits that long in tenths of a second, then KILL, and is true once none runs.
 */
const SESSION_FUNCTIONS = [
  "members() {",
  "  pids=",
  "  for f in /proc/[0-9]*/stat; do",
  '    { read -r line <"$f"; } 2>/dev/null || continue',
  "    set -- ${line##*) }",
  `    [ "$4" = "$session" ] && [ "$1" != Z ] && [ "$1" != X ] || continue`,
  `    [ "\${line%% *}" = "$spared" ] || pids="$pids \${line%% *}"`,
  "  done",
  '  [ -n "$pids" ]',
  "}",
  "end() { members && kill -$1 $pids 2>/dev/null; }",
  "end_session() {",
  "  end TERM",
  "  i=0; while [ $i -lt $1 ] && members; do sleep 0.1; i=$((i+1)); done",
  "  i=0; while [ $i -lt 20 ] && members; do end KILL; sleep 0.05; i=$((i+1)); done",
  "  ! members",
  "}",
].join("\n");

/** TERM to all of a session, two seconds to obey it, then KILL; status 0 once no process of it runs. */
export function endingScript(session: number): string {
  return `${SESSION_FUNCTIONS}\nsession=${session} spared=\nend_session 20`;
}

/**
 * Shell text that leaves a watcher behind, in the background of the shell that reads it and in its session. When what opened the
 * shell is gone (sshd's process of the connection, or the program itself on its own machine) and the shell still runs
 * something, it ends the session: nothing else would after a program was killed. It looks every two seconds, and goes when the
 * shell goes. `program` is what changed to another user, whose processes stand between the shell and what opened it. Ten
 * seconds to obey TERM, for package managers finish a step first.
 */
export function watcherScript(program: string | undefined): string {
  const between = program === undefined ? "" : basename(program).slice(0, COMMAND_NAME);
  return [
    "( of=$PPID",
    SESSION_FUNCTIONS,
    "look() { read -r line </proc/$1/stat || return 1; set -- ${line##*) }; parent=$2; session=$4; began=${20}; }",
    "read -r spared rest </proc/self/stat",
    ...(between === ""
      ? []
      : [
          `while read -r name </proc/$of/comm && [ "$name" = '${between.replaceAll("'", "")}' ]; do look $of; of=$parent; done`,
        ]),
    '[ "$of" -gt 1 ] && look $of || exit 0',
    "since=$began",
    "look $$; own=$began",
    "lost=0",
    'while sleep 2; look $$ && [ "$began" = "$own" ]; do',
    '  if look $of && [ "$began" = "$since" ]; then continue; fi',
    // An idle shell has seen the end of its input by then, and has ended by itself.
    "  [ $lost = 1 ] || { lost=1; continue; }",
    "  look $$ && end_session 100; exit 0",
    "done ) </dev/null >/dev/null 2>&1 &",
  ].join("\n");
}

/** Characters of a process's name that the kernel keeps: TASK_COMM_LEN of sched.h, less the NUL. */
const COMMAND_NAME = 15;
