import pLimit from "p-limit";
import type { Finding } from "#inventory/schema/plan.ts";
import type { Connector } from "#playbooks/connectors/connector.ts";
import { compareText, finding } from "../plan-site/findings.ts";
import type { ComparedServer } from "./compared-server.ts";

/**
 * What one server found at another's port: `open`; `closed` (the host refused, so the way there is free); `filtered` (no
 * answer); `unreachable` (no route, or told so); `unknown` (nothing there can try, or the server could not be asked).
 */
export type Reach = "open" | "closed" | "filtered" | "unreachable" | "unknown";

export interface ReachResult {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly reach: Reach;
}

export interface Reachability {
  /** Ports tried beside each server's own SSH port. */
  readonly ports: readonly number[];
  readonly tried: number;
  /** Whether each server tried only some of the others, there being too many. */
  readonly sampled: boolean;
  /** Every trial that did not find an open port. */
  readonly results: readonly ReachResult[];
}

/** Peers each server tries; with more servers each tries as many, spread evenly. */
const MOST_PEERS = 64;
const TRIAL_SECONDS = 3;
const TRIALS_AT_A_TIME = 24;

/**
 * Lets each server try the SSH port and the given ports of the others, with what a minimal system has (bash, nc or
 * python3). `connect` opens a server, at most `concurrency` at a time. A server that cannot be asked is `unknown`.
 */
export async function measureReachability(request: {
  readonly servers: readonly ComparedServer[];
  readonly ports: readonly number[];
  readonly connect: (server: ComparedServer) => Promise<Connector>;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}): Promise<Reachability> {
  const { servers, ports, signal } = request;
  const limit = pLimit(request.concurrency);
  const rows = await Promise.all(
    servers.map((server, index) =>
      limit(async () => {
        signal.throwIfAborted();
        const trials = peersOf(servers, index).flatMap((peer) =>
          [...new Set([peer.port, ...ports])].map((port) => ({ peer, port })),
        );
        const reaches = await askServer(request.connect, server, trials, signal);
        return trials.map(({ peer, port }, at): ReachResult => {
          return { from: server.host, to: peer.host, port, reach: reaches[at] ?? "unknown" };
        });
      }),
    ),
  );
  const all = rows.flat();
  const sampled = servers.length - 1 > MOST_PEERS;
  return { ports, tried: all.length, sampled, results: all.filter((one) => one.reach !== "open") };
}

function peersOf(servers: readonly ComparedServer[], index: number): ComparedServer[] {
  const count = Math.min(MOST_PEERS, servers.length - 1);
  const step = (servers.length - 1) / Math.max(count, 1);
  return Array.from({ length: count }, (_, at) => servers[(index + 1 + Math.floor(at * step)) % servers.length]).filter(
    (peer) => peer !== undefined,
  );
}

async function askServer(
  connect: (server: ComparedServer) => Promise<Connector>,
  server: ComparedServer,
  trials: readonly { readonly peer: ComparedServer; readonly port: number }[],
  signal: AbortSignal,
): Promise<Reach[]> {
  let connector: Connector | undefined;
  try {
    connector = await connect(server);
    const stdin = trials.map(({ peer, port }, at) => `${at} ${peer.address} ${port}\n`).join("");
    const rounds = Math.ceil(trials.length / TRIALS_AT_A_TIME);
    const timeoutMilliseconds = (rounds * (TRIAL_SECONDS + 1) + 20) * 1000;
    const { stdout } = await connector.run({ script: TRIAL_SCRIPT, stdin, timeoutMilliseconds }, signal);
    return readTrials(stdout, trials.length);
  } catch {
    signal.throwIfAborted();
    return trials.map(() => "unknown");
  } finally {
    await connector?.close();
  }
}

/** What {@link TRIAL_SCRIPT} printed, by number of trial. */
export function readTrials(stdout: string, count: number): Reach[] {
  const reaches: Reach[] = Array.from({ length: count }, () => "unknown");
  for (const line of stdout.split("\n")) {
    const [, at, status, words = ""] = /^(\d+) (\d+) ?(.*)$/.exec(line) ?? [];
    if (at === undefined || status === undefined || Number(at) >= count) continue;
    reaches[Number(at)] = reachOf(Number(status), words);
  }
  return reaches;
}

function reachOf(status: number, words: string): Reach {
  if (status === 0) return "open";
  if (status === 125) return "unknown";
  if (/refused/i.test(words)) return "closed";
  if (/unreachable|no route/i.test(words)) return "unreachable";
  return "filtered";
}

/** Reads `NUMBER ADDRESS PORT` lines; prints `NUMBER STATUS WORDS`, status 0 for open, 125 where nothing can try. */
const TRIAL_SCRIPT = `
if command -v bash >/dev/null && command -v timeout >/dev/null && bash -c 'exec 3<>/dev/tcp/127.0.0.1/1' 2>&1 | grep -qi refused; then
  dial() { timeout ${TRIAL_SECONDS} bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1; }
elif command -v python3 >/dev/null; then
  dial() { python3 -c 'import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), ${TRIAL_SECONDS})' "$1" "$2" 2>&1; }
elif command -v nc >/dev/null; then
  dial() { nc -z -v -w ${TRIAL_SECONDS} "$1" "$2" 2>&1; }
else
  dial() { return 125; }
fi
try() { words=$(dial "$2" "$3"); status=$?; printf '%s %s %s\\n' "$1" "$status" "$(printf %s "$words" | tr '\\n' ' ' | cut -c 1-300)"; }
n=0
while read -r number address port; do
  try "$number" "$address" "$port" &
  n=$((n + 1)); [ $((n % ${TRIALS_AT_A_TIME})) -ne 0 ] || wait
done
wait
`;

/** Who cannot reach whom, told by the side that explains most: a server that reaches nobody, or one that nobody reaches. */
export function reachabilityFindings(reachability: Reachability, servers: readonly ComparedServer[]): Finding[] {
  const sshPorts = new Map(servers.map((server) => [server.host, server.port]));
  const failed = reachability.results.filter(
    ({ reach, to, port }) =>
      reach === "filtered" || reach === "unreachable" || (reach === "closed" && sshPorts.get(to) === port),
  );
  const peers = Math.min(MOST_PEERS, servers.length - 1);
  const lonely = [...grouped(failed, (one) => `${one.from} ${one.port}`).values()].filter(
    (rows) => peers > 1 && rows.length >= peers,
  );
  const explained = new Set(lonely.flat());
  const rest = grouped(
    failed.filter((one) => !explained.has(one)),
    (one) => `${one.to} ${one.port}`,
  );
  const unasked = new Set(reachability.results.filter((one) => one.reach === "unknown").map((one) => one.from));
  return [
    ...lonely.map((rows) => blocked([...new Set(rows.map((one) => one.from))], ["any other server"], rows)),
    ...[...rest.values()].map((rows) =>
      blocked(
        rows.map((one) => one.from),
        [rows[0]?.to ?? ""],
        rows,
      ),
    ),
    ...(unasked.size === 0
      ? []
      : [
          finding(
            "note",
            "PROBE_REACHABILITY_UNKNOWN",
            `${[...unasked].sort(compareText).join(", ")} could not try whether the others can be reached from there.`,
            "Install bash, python3 or netcat there, or check the connection, and probe again.",
            [...unasked],
          ),
        ]),
  ];
}

function blocked(from: readonly string[], to: readonly string[], rows: readonly ReachResult[]): Finding {
  const [first] = rows;
  return finding(
    "warning",
    "PROBE_UNREACHABLE",
    `${[...from].sort(compareText).join(", ")} cannot reach ${to.join(", ")} on port ${first?.port} (${[...new Set(rows.map((one) => one.reach))].join(", ")}).`,
    "Check the firewalls and routes between them.",
    rows.flatMap((one) => [one.from, one.to]),
  );
}

function grouped(rows: readonly ReachResult[], key: (row: ReachResult) => string): Map<string, ReachResult[]> {
  const groups = new Map<string, ReachResult[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}
