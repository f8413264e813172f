import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation, OperationPlan } from "../operation.ts";
import { commandFailed, differencesOf, failing, runChange } from "../plan.ts";
import { sortedJson } from "../python-text.ts";

/** The host keeps this time zone, and its hardware clock local time or UTC. */
export const timeZoneSet: Operation = {
  name: "time-zone-set",
  title: "Set the time zone",
  modules: ["community.general.timezone"],
  arguments: {
    name: { type: "str", description: "The zone, as Europe/Berlin." },
    hwclock: {
      type: "str",
      choices: ["local", "UTC"],
      aliases: ["rtc"],
      description: "Whether the hardware clock keeps local time or UTC.",
    },
  },
  rules: { requiredOneOf: [["hwclock", "name"]] },
  checkMode: "full",
  async plan(args, context) {
    const name = typeof args.name === "string" ? args.name : undefined;
    const clock = typeof args.hwclock === "string" ? args.hwclock : undefined;
    const zone = name === undefined ? "" : `[ -f ${shellQuote(`/usr/share/zoneinfo/${name}`)} ] && echo zone\n`;
    const outcome =
      await context.read.run(`export LC_ALL=C\n${zone}if status=$(timedatectl status 2>/dev/null); then echo "timedatectl $(command -v timedatectl)"; printf '%s\\n' "$status"; else
echo "Time zone: $(readlink -f /etc/localtime | sed 's,^.*/zoneinfo/,,')"; echo "RTC in local TZ: $(grep -qx LOCAL /etc/adjtime 2>/dev/null && echo yes || echo no)"; fi
`);
    if (name !== undefined && !/^zone$/m.test(outcome.stdout))
      return failing(`Error message:\ngiven timezone "${name}" is not available`);
    const found = {
      name: /^\s*Time ?zone\s*:\s*(\S+)/m.exec(outcome.stdout)?.[1] ?? "n/a",
      hwclock: /^\s*RTC in local TZ\s*:\s*yes/m.test(outcome.stdout) ? "local" : "UTC",
    };
    const wanted = { ...(clock === undefined ? {} : { hwclock: clock }), ...(name === undefined ? {} : { name }) };
    const before = Object.fromEntries(
      Object.keys(wanted).map((key) => [key, found[key === "name" ? "name" : "hwclock"]]),
    );
    const diff = { before, after: wanted };
    const changed = sortedJson(before) !== sortedJson(wanted);
    const result = { changed, diff };
    if (!changed) return { changes: [], result };
    const isSystemd = /^timedatectl /m.test(outcome.stdout);
    const program = /^timedatectl (\S+)$/m.exec(outcome.stdout)?.[1] ?? "timedatectl";
    const script = [
      name === undefined || name === found.name ? "" : setZone(name, isSystemd),
      clock === undefined || clock === found.hwclock ? "" : setClock(clock, isSystemd),
    ].join("");
    const plan: OperationPlan = {
      changes: [runChange(context, `Set the time zone ${name ?? clock}`, script)],
      result,
      differences: differencesOf([{ before: sortedJson(before), after: sortedJson(wanted) }]),
      conclude(outcomes) {
        const failed = outcomes.find((one) => one.status !== 0);
        return failed === undefined
          ? {
              ...result,
              msg: script
                .trim()
                .split("\n")
                .map((line) => `executed \`${line.replace(/^timedatectl/, program)}\``)
                .join("\n"),
            }
          : commandFailed({}, failed);
      },
    };
    return plan;
  },
};

function setZone(name: string, isSystemd: boolean): string {
  if (isSystemd) return `timedatectl set-timezone ${shellQuote(name)}\n`;
  const zone = shellQuote(`/usr/share/zoneinfo/${name}`);
  return `ln -s ${zone} /etc/localtime.bdap\nmv -fT /etc/localtime.bdap /etc/localtime\nif [ -e /etc/timezone ]; then printf '%s\\n' ${shellQuote(name)} >/etc/timezone.bdap; mv -f /etc/timezone.bdap /etc/timezone; fi\n`;
}

function setClock(clock: string, isSystemd: boolean): string {
  if (isSystemd) return `timedatectl set-local-rtc ${clock === "local" ? "yes" : "no"}\n`;
  return `hwclock --systohc ${clock === "local" ? "--localtime" : "--utc"}\n`;
}
