import { shellJoin } from "#inventory/kernel/shell.ts";
import type { Argument, Operation } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { splitWords } from "../words.ts";
import { ufwCommands } from "./commands.ts";

const text = (description: string, more: Partial<Argument> = {}): Argument => ({ type: "str", description, ...more });

/** ufw is on or off, has these defaults, or has this rule. */
export const uncomplicatedFirewallSet: Operation = {
  name: "uncomplicated-firewall-set",
  title: "Set ufw's state, defaults and rules",
  modules: ["community.general.ufw"],
  arguments: {
    state: text("Whether the firewall is on; `reloaded` and `reset` always do something.", {
      choices: ["enabled", "disabled", "reloaded", "reset"],
    }),
    default: text("What happens to traffic without a rule.", {
      aliases: ["policy"],
      choices: ["allow", "deny", "reject"],
    }),
    logging: text("How much is logged.", { choices: ["full", "high", "low", "medium", "off", "on"] }),
    direction: text("Direction of the rule or default.", { choices: ["in", "incoming", "out", "outgoing", "routed"] }),
    delete: { type: "bool", default: false, description: "Take the rule out." },
    route: { type: "bool", default: false, description: "The rule is about traffic passing through." },
    insert: { type: "int", description: "Number of the rule to insert before." },
    insert_relative_to: text("What the number counts from.", {
      default: "zero",
      choices: ["zero", "first-ipv4", "last-ipv4", "first-ipv6", "last-ipv6"],
    }),
    rule: text("What happens to the traffic.", { choices: ["allow", "deny", "limit", "reject"] }),
    interface: text("Interface, in the given direction.", { aliases: ["if"] }),
    interface_in: text("Interface it comes in by.", { aliases: ["if_in"] }),
    interface_out: text("Interface it goes out by.", { aliases: ["if_out"] }),
    log: { type: "bool", default: false, description: "Log new connections." },
    from_ip: text("Address it comes from.", { default: "any", aliases: ["from", "src"] }),
    from_port: text("Port it comes from."),
    to_ip: text("Address it goes to.", { default: "any", aliases: ["dest", "to"] }),
    to_port: text("Port it goes to.", { aliases: ["port"] }),
    proto: text("Protocol.", {
      aliases: ["protocol"],
      choices: ["ah", "any", "esp", "ipv6", "tcp", "udp", "gre", "igmp", "vrrp"],
    }),
    name: text("Application profile.", { aliases: ["app"] }),
    comment: text("Comment of the rule."),
  },
  rules: {
    mutuallyExclusive: [
      ["name", "proto", "logging"],
      ["direction", "interface_in"],
      ["direction", "interface_out"],
    ],
    requiredOneOf: [["state", "default", "rule", "logging"]],
    requiredBy: { interface: ["direction"] },
  },
  checkMode: "full",
  async plan(args, context) {
    const before = await context.read.run(`${requirePrograms("ufw")}${STATE}`);
    const missing = missingProgram(before.stdout);
    if (missing !== undefined) return missing;
    if (before.status !== 0)
      return failing(before.stderr || before.stdout, { commands: ["/usr/sbin/ufw status verbose"] });
    const numbered = typeof args.insert === "number" ? (await context.read.run("ufw status numbered\n")).stdout : "";
    const commands = ufwCommands(args, context.checkMode, numbered);
    if (!Array.isArray(commands)) return failing(commands.failure);
    const told = commandsTold(commands, args, context.checkMode);
    if (context.checkMode) {
      const dry = await context.read.run(`${requirePrograms()}${commands.map(line).join("")}`);
      if (dry.status !== 0) return failing(dry.stderr || dry.stdout, { commands: told });
      const changed = predicted(args, before.stdout, dry.stdout);
      return { changes: [], result: { changed, commands: told } };
    }
    const always = args.state === "reloaded" || args.state === "reset" || logsOtherwise(args, before.stdout);
    const script = `${requirePrograms()}${commands.map(line).join("")}echo bdap-state\n${STATE}`;
    return {
      changes: [runChange(context, `Tell ufw: ${commands.join(", ")}`, script)],
      result: { changed: true, commands: told },
      conclude(outcomes) {
        const last = outcomes[0];
        if (last === undefined) return { changed: false };
        if (last.status !== 0) return { changed: false, failed: true, msg: last.stderr || last.stdout, commands: told };
        const after = last.stdout.split("bdap-state\n")[1] ?? "";
        const msg = (after.split(RULES)[0] ?? "").trimEnd();
        return { changed: always || after !== before.stdout, commands: told, msg };
      },
    };
  },
};

const RULES = "bdap-rules\n";
const FILES = ["/lib/ufw", "/etc/ufw", "/var/lib/ufw"].flatMap((folder) => [
  `${folder}/user.rules`,
  `${folder}/user6.rules`,
]);
const STATE = `export LANG=C
ufw status verbose || exit
echo bdap-rules
grep -h '^### tuple' ${FILES.join(" ")} 2>/dev/null || true
`;

/** A command line's words, quoted anew: the line itself is only shown. */
function line(command: string): string {
  return `${shellJoin(splitWords(command))}\n`;
}

/** The commands as the original tells them: with the questions it asks before and after. */
function commandsTold(
  commands: readonly string[],
  args: Readonly<Record<string, unknown>>,
  checkMode: boolean,
): string[] {
  const rules = `/usr/bin/grep -h '^### tuple' ${FILES.join(" ")}`;
  const own = commands.flatMap((command) => {
    const shown = command.replace(/^ufw/, "/usr/sbin/ufw");
    return args.rule !== null &&
      command === commands.findLast((one) => / (allow|deny|limit|reject) /.test(one) && !one.includes(" default "))
      ? ["/usr/sbin/ufw --version", shown]
      : [shown];
  });
  const after = checkMode
    ? []
    : ["/usr/sbin/ufw status verbose", ...(args.state === "reloaded" || args.state === "reset" ? [] : [rules])];
  return ["/usr/sbin/ufw status verbose", rules, ...own, ...after];
}

function logsOtherwise(args: Readonly<Record<string, unknown>>, state: string): boolean {
  if (args.logging === null) return false;
  const [, word, level] = /Logging: (on|off)(?: \(([a-z]+)\))?/.exec(state) ?? [];
  if (word === undefined) return true;
  if (args.logging === "off") return word !== "off";
  return word === "off" || (args.logging !== "on" && args.logging !== level);
}

function predicted(args: Readonly<Record<string, unknown>>, before: string, dry: string): boolean {
  const isOn = before.includes(" active");
  if (args.state === "reloaded" || args.state === "reset") return true;
  if ((args.state === "disabled" && isOn) || (args.state === "enabled" && !isOn)) return true;
  if (logsOtherwise(args, before)) return true;
  if (args.default !== null) {
    const found = /Default: (\w+) \(incoming\), (\w+) \(outgoing\), (\w+) \(routed\)/.exec(before);
    const index = ["incoming", "outgoing", "routed"].indexOf(
      args.direction === null ? "incoming" : String(args.direction),
    );
    if (found === null || ![args.default, "disabled"].includes(found[index + 1])) return true;
  }
  if (args.rule === null) return false;
  const lines = dry.split("\n").filter((text) => text !== "");
  if (lines.length > 0 && lines.every((text) => text.includes("Skipping"))) return false;
  const tuples = (text: string) => text.split("\n").filter((row) => row.startsWith("### tuple"));
  const [old, fresh] = [tuples(before), tuples(dry)];
  const addresses = `${String(args.from_ip)} ${String(args.to_ip)}`;
  const four = /\d+\.\d+\.\d+\.\d+/;
  const only = four.test(addresses)
    ? (row: string) => four.test(row)
    : addresses.includes(":")
      ? (row: string) => row.includes(":")
      : () => true;
  return old.filter(only).join("\n") !== fresh.filter(only).join("\n");
}
