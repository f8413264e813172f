import { Secret } from "#inventory/kernel/secret.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Command } from "../../connectors/connector.ts";

export interface JobPlace {
  readonly id: string;
  /** Shell words that give the folder. */
  readonly folder: string;
}

/** The folder as a shell writes it: `~` is the home of whoever runs it. */
export function jobFolder(written: string | undefined): string {
  const path = written ?? "~/.ansible_async";
  if (path === "~") return '"$HOME"';
  return path.startsWith("~/") ? `"$HOME"${shellQuote(path.slice(1))}` : shellQuote(path);
}

const HEAD = ["set -e", "umask 077"];

/**
 * Starts `command` in a session of its own, with a watchdog that ends it after `seconds`. Prints the job file's path. What it
 * prints itself is kept beside the file and put into it, in base64, when it is over. Secrets come through standard input.
 */
export function launchScript(place: JobPlace, command: Command, input: string | Buffer, seconds: number): Command {
  const encoded = (text: string | Buffer) => Buffer.from(text).toString("base64");
  const environment = Object.entries(command.environment ?? {}).map(
    ([name, value]) => `export ${name}=${shellQuote(value instanceof Secret ? value.reveal() : value)}`,
  );
  const script = [
    ...HEAD,
    `mkdir -p ${place.folder}`,
    `cd ${place.folder}`,
    `job=$(pwd)/${place.id}; work=$(pwd)/.${place.id}.d`,
    'mkdir "$work"',
    `printf '{"started": 1, "finished": 0, "ansible_job_id": "${place.id}"}' >"$job"`,
    'read -r body; printf %s "$body" | base64 -d >"$work/script"',
    'read -r input; printf %s "$input" | base64 -d >"$work/input"',
    'read -r runner; printf %s "$runner" | base64 -d >"$work/runner"',
    'setsid sh "$work/runner" "$job" "$work" </dev/null >/dev/null 2>&1 &',
    'printf "%s\\n" "$job"',
  ].join("\n");
  const lines = [
    encoded([...environment, command.script].join("\n")),
    encoded(input),
    encoded(runnerScript(place, seconds)),
  ];
  return { script, stdin: `${lines.join("\n")}\n` };
}

function runnerScript(place: JobPlace, seconds: number): string {
  return [
    "umask 022",
    "job=$1; work=$2; cd /",
    'setsid sh "$work/script" <"$work/input" >"$work/out" 2>"$work/err" & child=$!',
    `setsid sh -c 'sleep "$1"; : >"$3/late"; kill -9 "-$2"' sh ${seconds} "$child" "$work" & watch=$!`,
    "start=$(date +%s); wait $child; status=$?; end=$(date +%s)",
    'kill -9 "-$watch" 2>/dev/null',
    `about='"started": 1, "finished": 1, "ansible_job_id": "${place.id}"'`,
    "umask 077",
    'if [ -e "$work/late" ]; then',
    '  printf \'{%s, "failed": 1, "child_pid": %s, "msg": "Timeout exceeded", "_ansible_outcomes": []}\' "$about" "$child" >"$job.new"',
    "else",
    '  out=$(base64 <"$work/out" | tr -d "\\n"); err=$(base64 <"$work/err" | tr -d "\\n")',
    '  printf \'{%s, "_ansible_outcomes": [{"status": %s, "seconds": %s, "stdout": "%s", "stderr": "%s"}]}\' "$about" "$status" "$((end - start))" "$out" "$err" >"$job.new"',
    "fi",
    'rm -rf "$work"; [ -e "$job" ] && mv "$job.new" "$job" || rm -f "$job.new"',
  ].join("\n");
}

/** Makes a job file of a result that is there already. Prints its path. */
export function writeScript(place: JobPlace, text: string): Command {
  const script = [
    ...HEAD,
    `mkdir -p ${place.folder}`,
    `cd ${place.folder}`,
    `cat >${place.id}.new; mv ${place.id}.new ${place.id}`,
    `printf "%s/%s\\n" "$(pwd)" ${place.id}`,
  ].join("\n");
  return { script, stdin: text };
}

/** Prints a job file's path and what is in it; or takes it away. Status 1 where there is none. */
export function readScript(place: JobPlace, mode: "status" | "cleanup"): string {
  return [
    `folder=${place.folder}`,
    `cd "$folder" 2>/dev/null && folder=$(pwd)`,
    `job="$folder/${place.id}"; printf "%s\\n" "$job"`,
    '[ -e "$job" ] || exit 1',
    mode === "cleanup" ? 'rm -f "$job"' : 'cat "$job"',
  ].join("\n");
}
