import { shellJoin } from "#inventory/kernel/shell.ts";
import type { Operation, OperationContext, OperationPlan } from "../operation.ts";
import { commandFailed, failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { iptablesArguments } from "./iptables-arguments.ts";
import { ruleWords } from "./rule.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A rule of iptables is in its chain, or the chain or its policy is so. Not kept over a restart, as with the original. */
export const firewallRulePresent: Operation = {
  name: "firewall-rule-present",
  title: "Make a rule of iptables be there, or not",
  modules: ["ansible.builtin.iptables"],
  arguments: iptablesArguments,
  rules: {
    mutuallyExclusive: [
      ["set_dscp_mark", "set_dscp_mark_class"],
      ["flush", "policy"],
    ],
    requiredIf: [
      ["flush", false, ["chain"]],
      ["jump", "TEE", ["gateway"]],
      ["jump", "tee", ["gateway"]],
    ],
  },
  checkMode: "full",
  async plan(raw, context) {
    const logs = raw.log_prefix !== null || raw.log_level !== null;
    if (logs && raw.jump !== null && raw.jump !== "LOG") {
      return failing("Logging options can only be used with the LOG jump target.");
    }
    const args = logs ? { ...raw, jump: "LOG" } : raw;
    const versions = args.ip_version === "both" ? ["ipv4", "ipv6"] : [String(args.ip_version)];
    const programs = versions.map((version) => (version === "ipv6" ? "ip6tables" : "iptables"));
    const outcome = await context.read.run(
      requirePrograms(...programs) + programs.map((name) => question(name, args)).join(""),
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    const commands: (readonly string[])[] = [];
    let changed = false;
    for (const program of programs) {
      const step = stepOf(
        program,
        args,
        (label) => new RegExp(`^bdap-${program}-${label} ?(.*)$`, "m").exec(outcome.stdout)?.[1],
      );
      if (typeof step === "string") return failing(step);
      changed ||= step.changed;
      commands.push(...step.commands);
    }
    return finish({ args, rule: ruleWords(raw).join(" ") }, changed, commands, context);
  },
};

function question(program: string, args: Arguments): string {
  const label = `bdap-${program}`;
  const chain = shellJoin([program, ...tableWords(args, "-L"), ...(args.numeric === true ? ["--numeric"] : ["-n"])]);
  const policy = `echo "${label}-policy $(${chain} 2>/dev/null | sed -n '1s/.*(policy \\([A-Z]*\\).*/\\1/p')"\n`;
  const has = `if ${chain} >/dev/null 2>&1; then echo "${label}-chain yes"; fi\n`;
  const rule = shellJoin([program, ...tableWords(args, "-C"), ...ruleWords(args)]);
  if (args.flush === true) return "";
  if (args.policy !== null) return policy;
  return `${has}if ${rule} >/dev/null 2>&1; then echo "${label}-rule yes"; fi\n`;
}

function tableWords(args: Arguments, action: string): string[] {
  const chain = args.chain === null ? [] : [String(args.chain)];
  const number = action === "-I" && args.rule_num !== null ? [String(args.rule_num)] : [];
  const wait = args.wait === null ? [] : ["-w", String(args.wait)];
  return ["-t", String(args.table), action, ...chain, ...number, ...wait];
}

interface Step {
  readonly changed: boolean;
  readonly commands: readonly (readonly string[])[];
}

function stepOf(program: string, args: Arguments, found: (label: string) => string | undefined): Step | string {
  const command = (action: string, ...more: readonly string[]) => [program, ...tableWords(args, action), ...more];
  if (args.flush === true) return { changed: true, commands: [command("-F")] };
  if (args.policy !== null) {
    const policy = found("policy") ?? "";
    if (policy === "") return "Can't detect current policy";
    if (policy === args.policy) return { changed: false, commands: [] };
    return { changed: true, commands: [command("-P", String(args.policy))] };
  }
  const rule = ruleWords(args);
  const hasChain = found("chain") !== undefined;
  const manages = args.chain_management === true;
  const isPresent = args.state === "present";
  if (rule.length === 0) {
    const action = isPresent ? "-N" : "-X";
    return { changed: hasChain !== isPresent, commands: hasChain !== isPresent && manages ? [command(action)] : [] };
  }
  const hasRule = found("rule") !== undefined;
  if (hasRule === isPresent) return { changed: false, commands: [] };
  if (!isPresent) return { changed: true, commands: [command("-D", ...rule)] };
  return { changed: true, commands: [command(args.action === "insert" ? "-I" : "-A", ...rule)] };
}

function finish(
  { args, rule }: { readonly args: Arguments; readonly rule: string },
  changed: boolean,
  commands: readonly (readonly string[])[],
  context: OperationContext,
): OperationPlan {
  const { ip_version, table, chain, flush, state, chain_management, wait } = args;
  const result = {
    changed,
    ip_version,
    table,
    chain,
    flush,
    rule,
    state,
    chain_management,
    wait,
  };
  if (commands.length === 0) return { changes: [], result };
  const script = requirePrograms() + commands.map((words) => `${shellJoin(words)}\n`).join("");
  return {
    changes: [runChange(context, `Change the rules of ${String(chain ?? table)}`, script)],
    result,
    conclude(outcomes) {
      const failed = outcomes.find((outcome) => outcome.status !== 0);
      if (failed === undefined) return result;
      return {
        ...commandFailed({}, failed, failed.stderr.trimEnd()),
        cmd: `/usr/sbin/${(commands[0] ?? []).join(" ")}`,
      };
    },
  };
}
