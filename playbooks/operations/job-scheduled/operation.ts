import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { commandFailed, failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";

/** A command runs once, in some time, by at(1); or no such job waits. */
export const jobScheduled: Operation = {
  name: "job-scheduled",
  title: "Schedule a command to run once",
  modules: ["ansible.posix.at"],
  arguments: {
    command: { type: "str", description: "The command." },
    script_file: { type: "str", description: "A script on the host instead of a command." },
    count: { type: "int", description: "In how many units." },
    units: { type: "str", choices: ["minutes", "hours", "days", "weeks"], description: "The unit." },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "Whether it waits." },
    unique: { type: "bool", default: false, description: "Schedule nothing when such a job waits already." },
  },
  rules: { mutuallyExclusive: [["command", "script_file"]], requiredOneOf: [["command", "script_file"]] },
  checkMode: "none",
  async plan(args, context) {
    if (args.state === "present" && (!args.count || args.units === null)) {
      return failing("present state requires count and units");
    }
    const file = typeof args.script_file === "string" ? args.script_file : undefined;
    const text =
      file === undefined ? `printf '%s\\n' ${shellQuote(String(args.command))}` : `cat -- ${shellQuote(file)}`;
    const outcome = await context.read.run(`export LC_ALL=C\n${requirePrograms("at", "atq")}
script=$(${text}) || exit 1
atq | while read -r job rest; do case "$(at -c "$job")" in *"$script"*) echo "bdap-job $job" ;; esac; done
`);
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    if (outcome.status !== 0) return failing(outcome.stderr.trim());
    const jobs = [...outcome.stdout.matchAll(/^bdap-job (\d+)$/gm)].map(([, job = ""]) => job);
    const absent = args.state === "absent";
    const base = { changed: false, state: args.state };
    if (absent ? jobs.length === 0 : args.unique === true && jobs.length > 0) return { changes: [], result: base };
    const script = absent
      ? `for job in ${jobs.join(" ")}; do at -r "$job"; done\n`
      : `export LC_ALL=C\n{ ${text}; } | at now + ${Number(args.count)} ${String(args.units)}\n`;
    const told = absent ? {} : { script_file: file ?? "", count: args.count, units: args.units };
    const result = { ...base, changed: true, ...told };
    return {
      changes: [runChange(context, absent ? "Remove waiting jobs" : "Schedule a command", script)],
      result,
      conclude(outcomes) {
        const last = outcomes[0];
        return last === undefined || last.status === 0 ? result : commandFailed({}, last, last.stderr.trimEnd());
      },
    };
  },
};
