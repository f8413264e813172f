import type { Fact } from "../fact.ts";
import { printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { socketsInProc } from "./proc.ts";
import { type Socket, socketsInSs } from "./ss.ts";

const MAX_PORTS = 2_000;

export const listening: Fact<"listening"> = {
  name: "listening",
  title: "Ports that programs listen on",
  sections: {
    sockets: section(`
root
if have ss && ss -H -lntup; then exit 0; fi
for p in tcp tcp6 udp udp6; do echo "@@ $p"; cat /proc/net/$p; done
:`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const printed = printedBy(sections, "sockets");
    const inProc = printed.lines.some((line) => line.startsWith("@@ "));
    const sockets = distinctSockets(inProc ? socketsInProc(printed.lines) : socketsInSs(printed.lines));
    // A host that is reached over SSH listens somewhere: an empty list means that nothing was read.
    if (sockets.length === 0) unknown.because("ports", printed.why("no sockets were printed"));
    const why = inProc
      ? "ss is not installed"
      : printed.unprivileged
        ? "needs root"
        : "the kernel itself, or a process out of sight";
    return unknown.reading({
      ports: sockets.map((socket, index) => ({
        ...socket,
        process: unknown.or(`ports/${index}/process`, socket.process, why),
      })),
    });
  },
};

function distinctSockets(sockets: readonly Socket[]): Socket[] {
  const byPlace = new Map<string, Socket>();
  for (const socket of sockets) {
    const key = `${socket.protocol} ${socket.address} ${socket.port}`;
    if (!byPlace.has(key)) byPlace.set(key, socket);
  }
  return [...byPlace.values()]
    .sort((a, b) => a.protocol.localeCompare(b.protocol) || a.port - b.port || a.address.localeCompare(b.address))
    .slice(0, MAX_PORTS);
}
