import { framesOf } from "../frames.ts";
import type { Socket } from "./ss.ts";

/** `st` in /proc/net/tcp and udp (include/net/tcp_states.h): a TCP listener, and a UDP socket without a peer. */
const LISTENING = { tcp: "0A", udp: "07" } as const;

/** /proc/net/{tcp,tcp6,udp,udp6}: `sl: LOCAL:PORT REMOTE:PORT ST …`; addresses are 32-bit words in host byte order. */
export function socketsInProc(lines: readonly string[]): Socket[] {
  return framesOf(lines).flatMap((frame) => {
    const protocol = frame.words[0]?.startsWith("tcp") ? "tcp" : frame.words[0]?.startsWith("udp") ? "udp" : null;
    if (protocol === null) return [];
    return frame.lines.flatMap((line) => {
      const match = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line);
      if (match?.[1] === undefined || match[2] === undefined || match[3] !== LISTENING[protocol]) return [];
      const port = Number.parseInt(match[2], 16);
      return port === 0 ? [] : [{ protocol, address: addressOf(match[1]), port, process: null }];
    });
  });
}

function addressOf(hexadecimal: string): string {
  const words = hexadecimal.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => `${bytes[index * 2] ?? ""}${bytes[index * 2 + 1] ?? ""}`);
  // The URL parser writes an IPv6 address as RFC 5952 asks.
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}
