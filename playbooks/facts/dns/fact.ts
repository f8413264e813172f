import { isIP } from "node:net";
import type { Fact } from "../fact.ts";
import { type Frame, frameOf, framesOf } from "../frames.ts";
import { distinct, type Printed, printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";

const MAX_NAMES = 50;
/** systemd-resolved's own listeners; the servers behind them stand in its own file. */
const STUBS = new Set(["127.0.0.53", "127.0.0.54"]);

export const dns: Fact<"dns"> = {
  name: "dns",
  title: "Name servers, and how the host resolves its own name and address",
  sections: {
    resolver: section(`
echo '@@ resolv'; cat /etc/resolv.conf; echo "@@ end $?"
[ ! -r /run/systemd/resolve/resolv.conf ] || { echo '@@ upstream'; cat /run/systemd/resolve/resolv.conf; echo "@@ end $?"; }
`),
    lookups: section(`
have getent || exit 0
echo '@@ forward'; within 4 getent ahosts "$(uname -n)"; echo "@@ end $?"
set -- $SSH_CONNECTION
address=$3
if [ -z "$address" ] && command -v ip >/dev/null 2>&1; then
  address=$(ip -o route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \\([^ ]*\\).*/\\1/p')
fi
if [ -z "$address" ] && command -v hostname >/dev/null 2>&1; then
  for a in $(hostname -I 2>/dev/null); do address=$a; break; done
fi
[ -n "$address" ] || exit 0
echo '@@ reverse'; within 4 getent hosts "$address"; echo "@@ end $?"
`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const resolver = printedBy(sections, "resolver");
    const lookups = printedBy(sections, "lookups");
    const files = framesOf(resolver.lines);
    const frames = framesOf(lookups.lines);
    const own = frameOf(files, "resolv");
    const listed = serversIn(own);
    const servers = listed.some((server) => STUBS.has(server)) ? serversIn(frameOf(files, "upstream")) : listed;
    if (own?.status !== 0) unknown.because("servers", resolver.why("/etc/resolv.conf cannot be read"));
    else if (servers.length === 0) unknown.because("servers", "/etc/resolv.conf names none");
    if (own?.status !== 0) unknown.because("search", resolver.why("/etc/resolv.conf cannot be read"));
    return unknown.reading({
      servers: servers.length > 0 ? servers : listed,
      search: searchIn(own),
      forward: unknown.or(
        "forward",
        addressesIn(frameOf(frames, "forward")),
        whyNot(frameOf(frames, "forward"), lookups),
      ),
      reverse: unknown.or("reverse", namesIn(frameOf(frames, "reverse")), whyNot(frameOf(frames, "reverse"), lookups)),
    });
  },
};

function serversIn(file: Frame | undefined): string[] {
  const addresses = (file?.lines ?? []).flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
  return distinct(
    addresses.filter((address) => isIP(address.replace(/%.*$/, "")) !== 0 && address.length <= 100),
    MAX_NAMES,
  );
}

/** The last `search` or `domain` line counts (resolv.conf(5)). */
function searchIn(file: Frame | undefined): string[] {
  const last = (file?.lines ?? []).flatMap((line) => /^\s*(?:search|domain)\s+(.*)$/.exec(line)?.[1] ?? []).at(-1);
  return distinct((last ?? "").split(/\s+/).filter(isName), MAX_NAMES);
}

/** `getent ahosts`: ADDRESS TYPE [NAME]. Status 2 is "not found": an empty list, and known. */
function addressesIn(frame: Frame | undefined): string[] | null {
  if (frame?.status !== 0) return frame?.status === 2 ? [] : null;
  const addresses = frame.lines.map((line) => line.split(/\s+/)[0] ?? "");
  return distinct(
    addresses.filter((address) => address.length <= 100 && isIP(address.replace(/%.*$/, "")) !== 0),
    MAX_NAMES,
  );
}

/** `getent hosts`: ADDRESS NAME ALIAS… */
function namesIn(frame: Frame | undefined): string[] | null {
  if (frame?.status !== 0) return frame?.status === 2 ? [] : null;
  return distinct(frame.lines.flatMap((line) => line.trim().split(/\s+/).slice(1)).filter(isName), MAX_NAMES);
}

function isName(text: string): boolean {
  return text.length <= 253 && /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text);
}

function whyNot(frame: Frame | undefined, printed: Printed): string {
  if (frame?.status === 124) return "the resolver did not answer within 4 s";
  return printed.why(frame === undefined ? "the host has no address to ask for" : "the resolver failed", "getent");
}
