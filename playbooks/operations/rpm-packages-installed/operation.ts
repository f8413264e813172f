import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { CommandResult } from "../../connectors/connector.ts";
import type { ModuleResult, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import { dnfWords, transactionResults, unknownNames, wouldChange } from "./dnf.ts";
import { dnfArguments } from "./dnf-arguments.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Packages of Enterprise Linux are installed, of some version, or not; by dnf, or yum where there is no dnf. */
export const rpmPackagesInstalled: Operation = {
  name: "rpm-packages-installed",
  title: "Install or remove packages of Enterprise Linux",
  modules: ["ansible.builtin.dnf", "ansible.builtin.dnf5", "ansible.builtin.yum"],
  arguments: {
    ...dnfArguments,
    use_backend: {
      type: "str",
      default: "auto",
      choices: ["auto", "dnf", "dnf4", "dnf5", "yum", "yum4"],
      description: "Which dnf; the host's own unless given.",
    },
  },
  rules: {
    mutuallyExclusive: [
      ["name", "list"],
      ["autoremove", "list"],
      ["best", "nobest"],
    ],
  },
  checkMode: "full",
  async plan(args, context) {
    if (typeof args.list === "string") return failing("not supported by the native module: list");
    const names = Array.isArray(args.name) ? args.name.map((name) => String(name).trim()).filter(Boolean) : [];
    const state = args.state ?? (args.autoremove === true ? "absent" : "present");
    const outcome = await context.read.run(question(names, args));
    const program = /^bdap-program (\S+)$/m.exec(outcome.stdout)?.[1];
    if (program === undefined) {
      return failing(
        "Could not find the dnf or yum program on this host: the native module serves Enterprise Linux and its kin only",
      );
    }
    if (names.length === 0 && args.autoremove !== true) return cacheOnly(args, program, context);
    const installed = new Map(
      [...outcome.stdout.matchAll(/^bdap-installed (\d+)$/gm)].map(([, index]) => [names[Number(index)], true]),
    );
    const { action, operands } = todo(args, String(state), names, installed);
    if (action === undefined) return { changes: [], result: NOTHING };
    return transact(args, program, action, operands, context);
  },
};

const NOTHING: ModuleResult = { changed: false, msg: "Nothing to do", rc: 0, results: [] };

function question(names: readonly string[], args: Arguments): string {
  const programs = args.use_backend === "dnf5" ? "dnf5" : "dnf5 dnf dnf-3 yum";
  const root =
    args.installroot === "/" || args.installroot === null ? "" : `--root ${shellQuote(String(args.installroot))} `;
  const asked = names
    .map((name, index) => {
      // Groups, modules, files and patterns are dnf's own to judge.
      if (/^@|[*?[/]|\.rpm$|[<>=]/.test(name)) return "";
      return `rpm ${root}-q --quiet --whatprovides ${shellQuote(name)} >/dev/null 2>&1 || rpm ${root}-q --quiet ${shellQuote(name)} >/dev/null 2>&1 && echo "bdap-installed ${index}"\n`;
    })
    .join("");
  return `for p in ${programs}; do command -v $p >/dev/null && echo "bdap-program $p" && break; done\n${asked}:\n`;
}

function todo(
  args: Arguments,
  state: string,
  names: readonly string[],
  installed: ReadonlyMap<string | undefined, boolean>,
): { readonly action?: string; readonly operands: readonly string[] } {
  const isPlain = (name: string) => !/^@|[*?[/]|\.rpm$|[<>=]/.test(name);
  if (state === "absent" || state === "removed") {
    if (names.length === 0) return { action: "autoremove", operands: [] };
    const there = names.filter((name) => !isPlain(name) || installed.has(name));
    return there.length === 0 ? { operands: [] } : { action: "remove", operands: there };
  }
  if (state === "latest") {
    if (names.includes("*") || args.update_only === true)
      return { action: "upgrade", operands: names.filter((name) => name !== "*") };
    // `install` upgrades what is there too.
    return { action: "install", operands: names };
  }
  const missing = names.filter((name) => !isPlain(name) || !installed.has(name));
  if (missing.length === 0) return { operands: [] };
  return { action: args.download_only === true ? "download" : "install", operands: missing };
}

function cacheOnly(args: Arguments, program: string, context: OperationContext): OperationPlan {
  if (args.update_cache !== true) return { changes: [], result: NOTHING };
  const result = { changed: false, msg: "Cache updated", rc: 0, results: [] };
  if (context.checkMode) return { changes: [], result };
  const script = `${shellJoin(dnfWords(program, args, "makecache", []))}\n`;
  return {
    changes: [runChange(context, "Fetch the package lists", script)],
    result,
    conclude: (outcomes) => concluded(outcomes[0], result),
  };
}

async function transact(
  args: Arguments,
  program: string,
  action: string,
  operands: readonly string[],
  context: OperationContext,
): Promise<OperationPlan> {
  const words = dnfWords(program, args, action === "download" ? "install" : action, operands);
  const lock = `export LC_ALL=C\nwaited=0; while [ -e /var/cache/dnf/metadata_lock.pid ] && kill -0 "$(cat /var/cache/dnf/metadata_lock.pid 2>/dev/null)" 2>/dev/null && [ $waited -lt ${Number(args.lock_timeout ?? 30)} ]; do sleep 1; waited=$((waited + 1)); done\n`;
  const asked = await context.read.run(
    `${lock}${shellJoin(words.map((word) => (word === "-y" ? "--assumeno" : word)))}\n`,
  );
  const output = `${asked.stdout}\n${asked.stderr}`;
  const unknown = unknownNames(output);
  if (unknown.length > 0 && action !== "remove" && args.skip_broken !== true) {
    const failures = unknown.map((name) => `No package ${name} available.`);
    return failing("Failed to install some of the specified packages", { failures, rc: 1, results: [] });
  }
  if (!wouldChange(output)) {
    const broken = asked.status !== 0 && !/Nothing to do|Operation aborted/.test(output);
    if (broken) return failing(asked.stderr.trim() || asked.stdout.trim(), { rc: asked.status, results: [] });
    return { changes: [], result: NOTHING };
  }
  if (context.checkMode) {
    return {
      changes: [],
      result: {
        changed: true,
        msg: "Check mode: No changes made, but would have if not in check mode",
        rc: 0,
        results: [],
      },
    };
  }
  return {
    changes: [runChange(context, `${action} ${operands.join(", ")}`, `${lock}${shellJoin(words)}\n`)],
    result: { changed: true, msg: "", rc: 0, results: [] },
    conclude: (outcomes) => concluded(outcomes[0], undefined),
  };
}

function concluded(outcome: CommandResult | undefined, otherwise: ModuleResult | undefined): ModuleResult {
  if (outcome === undefined) return { changed: false, rc: 0, results: [] };
  if (outcome.status !== 0) {
    const msg = outcome.stderr.trim() || outcome.stdout.trim();
    return { changed: false, failed: true, msg, rc: outcome.status, results: [] };
  }
  return otherwise ?? { changed: true, msg: "", rc: 0, results: transactionResults(outcome.stdout) };
}
