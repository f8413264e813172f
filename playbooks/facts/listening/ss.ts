import { isIP } from "node:net";
import { cleanText } from "../printed.ts";

/** A listening socket. */
export interface Socket {
  readonly protocol: "tcp" | "udp";
  /** An address, perhaps with a zone; `*` for every address of both families. */
  readonly address: string;
  readonly port: number;
  readonly process: string | null;
}

/** Lines of `ss -H -lntup`: protocol, state, two queues, local, peer, and `users:(("sshd",pid=1,fd=3))`. */
export function socketsInSs(lines: readonly string[]): Socket[] {
  return lines.flatMap((line) => {
    const [protocol, , , , local, , ...rest] = line.trim().split(/\s+/);
    if (protocol !== "tcp" && protocol !== "udp") return [];
    const at = (local ?? "").lastIndexOf(":");
    const address = (local ?? "").slice(0, Math.max(at, 0)).replace(/^\[(.*)\]/, "$1");
    const port = Number((local ?? "").slice(at + 1));
    if (at < 1 || !Number.isInteger(port) || port < 1 || port > 65_535 || !isAddress(address)) return [];
    return [{ protocol, address, port, process: cleanText(/^users:\(\("([^"]*)"/.exec(rest.join(" "))?.[1], 64) }];
  });
}

function isAddress(text: string): boolean {
  return text === "*" || (text.length <= 100 && isIP(text.replace(/\]?%.*$/, "")) !== 0);
}
