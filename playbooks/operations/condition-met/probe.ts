import { shellQuote } from "#inventory/kernel/shell.ts";
import { guarded } from "../path-state.ts";

/** What is waited for. */
export interface Wait {
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string | undefined;
  /** Whether the content must match a pattern: the script then prints it, in base64. */
  readonly searches: boolean;
  readonly gone: boolean;
  readonly drained: boolean;
  readonly connectSeconds: number;
  readonly states: readonly string[];
}

/** Shell that ends with 0 once the condition holds, with 1 after `seconds`. With a pattern it looks once for the content. */
export function probeScript(wait: Wait, seconds: number, pause: number): string {
  const condition = conditionOf(wait);
  const print = wait.searches ? contentOf(wait, seconds) : "";
  return `end=$(($(date +%s) + ${seconds}))
until ${condition}; do
  if [ "$(date +%s)" -ge "$end" ]; then exit 1; fi
  sleep ${Math.max(1, pause)}
done
${print}`;
}

function conditionOf(wait: Wait): string {
  const negation = wait.gone ? "! " : "";
  if (wait.drained) return `[ "$(${activeConnections(wait)})" = 0 ]`;
  if (wait.path !== undefined) return `${negation}[ -e ${shellQuote(guarded(wait.path))} ]`;
  return `${negation}${connection(wait, wait.connectSeconds, ":")} 2>/dev/null`;
}

function contentOf(wait: Wait, seconds: number): string {
  if (wait.path !== undefined) return `base64 -w0 <${shellQuote(guarded(wait.path))}`;
  return `${connection(wait, Math.min(seconds, wait.connectSeconds), "cat <&3")} 2>/dev/null | base64 -w0`;
}

/** dash cannot open sockets; bash can, and every Debian and EL has it. */
function connection(wait: Wait, seconds: number, then: string): string {
  const script = `exec 3<>"/dev/tcp/$0/$1" && ${then}`;
  return `timeout ${Math.max(1, seconds)} bash -c ${shellQuote(script)} ${shellQuote(wait.host)} ${wait.port ?? 0}`;
}

/** State numbers of /proc/net/tcp (include/net/tcp_states.h of Linux). */
const STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: "01",
  SYN_SENT: "02",
  SYN_RECV: "03",
  FIN_WAIT1: "04",
  FIN_WAIT2: "05",
  TIME_WAIT: "06",
};

function activeConnections(wait: Wait): string {
  const port = (wait.port ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const states = wait.states.flatMap((state) => STATES[state] ?? []).join(" ");
  const program = `BEGIN { split(states, list, " "); for (i in list) wanted[list[i]] = 1 } { split($2, local, ":"); if (local[2] == port && ($4 in wanted)) count++ } END { print count + 0 }`;
  return `awk -v port=${port} -v states=${shellQuote(states)} ${shellQuote(program)} /proc/net/tcp /proc/net/tcp6 2>/dev/null`;
}
