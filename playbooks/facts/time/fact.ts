import type { Fact } from "../fact.ts";
import { cleanText, keyValues, printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { chronyOf, ntpdPeer } from "./daemons.ts";

export const time: Fact<"time"> = {
  name: "time",
  title: "Clock: offset from the prober, synchronisation, source, time zone",
  sections: {
    // Must stay the first thing that a session runs: the prober times this round trip, and the offset is as good as that.
    clock: "date +%s.%N\n",
    daemon: section(`
for c in /proc/[0-9]*/comm; do
  get "$c" || continue
  case $v in chronyd|ntpd|ntpsec|systemd-timesyn|openntpd|ptp4l) echo "process: $v" ;; esac
done
[ ! -e /run/systemd/timesync/synchronized ] || echo 'timesyncd: synchronized'
chrony=
if command -v chronyc >/dev/null 2>&1; then chrony=$(within 3 chronyc -n -c tracking 2>/dev/null) && echo "chrony: $chrony"; fi
if command -v ntpq >/dev/null 2>&1; then within 3 ntpq -pn 2>/dev/null | grep '^[*]' | while read -r l; do echo "ntpd: $l"; done; fi
# Asking timedatectl starts a service, and chrony has answered better.
if [ -z "$chrony" ] && have timedatectl; then
  within 5 timedatectl show 2>/dev/null | grep -E '^(NTPSynchronized|Timezone)=' | while read -r l; do echo "timedatectl-\${l%%=*}: \${l#*=}"; done
  if [ -d /run/systemd/timesync ]; then echo "timesyncd-server: $(within 5 timedatectl show-timesync -p ServerName --value 2>/dev/null)"; fi
fi
if get /etc/timezone; then echo "etc-timezone: $v"; fi
if [ -L /etc/localtime ]; then echo "localtime: $(readlink /etc/localtime)"; fi
:`),
  },
  parse(sections, context) {
    const unknown = new Unknowns();
    const clock = printedBy(sections, "clock");
    const printed = printedBy(sections, "daemon");
    const values = keyValues(printed.lines, ":");
    const epoch = epochOf(clock.lines[0]);
    const chrony = chronyOf(values.get("chrony"));
    const source = sourceOf(printed.lines, values, printed.finished);
    const server = chrony?.server ?? cleanText(values.get("timesyncd-server"), 253) ?? ntpdPeer(values.get("ntpd"));
    return unknown.reading({
      epochMilliseconds: unknown.or("epochMilliseconds", epoch, clock.why("date does not say")),
      offsetMilliseconds: unknown.or(
        "offsetMilliseconds",
        epoch === null || context.probedAtMilliseconds <= 0 ? null : Math.round(epoch - context.probedAtMilliseconds),
        clock.why("date does not say"),
      ),
      synchronised: unknown.or(
        "synchronised",
        chrony?.synchronised ?? synchronisedOf(values),
        printed.why("no time daemon answers", "timedatectl"),
      ),
      source: unknown.or("source", source, printed.why("the processes cannot be read")),
      server: unknown.or(
        "server",
        server,
        printed.why(source === "none" ? "no time daemon runs" : "it follows none now"),
      ),
      timezone: unknown.or("timezone", timezoneOf(values), printed.why("/etc/localtime does not say")),
    });
  },
};

type Values = ReadonlyMap<string, string>;

/** `date +%s.%N`; a date that does not know %N prints it as it is, and then counts whole seconds. */
function epochOf(line: string | undefined): number | null {
  const match = /^(\d{9,11})\.(?:(\d{9})|%?N)$/.exec(line ?? "");
  if (match?.[1] === undefined) return null;
  return Number(match[1]) * 1000 + (match[2] === undefined ? 500 : Math.floor(Number(match[2]) / 1e6));
}

function sourceOf(lines: readonly string[], values: Values, finished: boolean): string | null {
  const processes = new Set(lines.filter((line) => line.startsWith("process: ")).map((line) => line.slice(9)));
  if (processes.has("chronyd") || chronyOf(values.get("chrony")) !== null) return "chrony";
  if (processes.has("systemd-timesyn")) return "systemd-timesyncd";
  if (processes.has("ntpd") || processes.has("ntpsec")) return "ntpd";
  if (processes.has("openntpd")) return "openntpd";
  if (processes.has("ptp4l")) return "ptp4l";
  return finished ? "none" : null;
}

function synchronisedOf(values: Values): boolean | null {
  const kernel = values.get("timedatectl-NTPSynchronized");
  if (kernel === "yes" || kernel === "no") return kernel === "yes";
  return values.has("ntpd") || values.get("timesyncd") === "synchronized" ? true : null;
}

function timezoneOf(values: Values): string | null {
  const link = /zoneinfo\/(.+)$/.exec(values.get("localtime") ?? "")?.[1];
  const zone = values.get("timedatectl-Timezone") ?? link ?? values.get("etc-timezone") ?? "";
  return /^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/.test(zone) && zone.length <= 64 ? zone : null;
}
