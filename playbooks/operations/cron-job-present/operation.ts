import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { differencesOf, failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { cronArguments } from "./cron-arguments.ts";
import { Crontab, withoutNotices } from "./crontab.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A job or a variable is in a crontab or a file of /etc/cron.d, or is not. */
export const cronJobPresent: Operation = {
  name: "cron-job-present",
  title: "Make a cron job be there, or not",
  modules: ["ansible.builtin.cron"],
  arguments: cronArguments,
  rules: { mutuallyExclusive: [["insertafter", "insertbefore"]] },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, cronArguments, context.read);
    const user = typeof args.user === "string" ? args.user : undefined;
    const named = typeof args.cron_file === "string" ? args.cron_file : undefined;
    if (named === "/etc/crontab") return failing("Will not manage /etc/crontab via cron_file, see documentation.");
    const path = named === undefined || named.startsWith("/") ? named : `/etc/cron.d/${named}`;
    const reading = path === undefined ? `crontab ${await forUser(user, context)} -l` : `cat -- ${shellQuote(path)}`;
    const outcome = await context.read.run(
      `${requirePrograms("crontab")}text=$(${reading} 2>/dev/null; s=$?; echo; echo "status $s")\nprintf %s "$text"`,
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    const [, text = "", status] = /^([\s\S]*)\nstatus (\d+)$/.exec(outcome.stdout) ?? [];
    if (path === undefined && status !== "0" && status !== "1") return failing("Unable to read crontab");
    const before = path === undefined ? withoutNotices(text) : text;
    return planEdit(args, context, { user, named, path, before, exists: status === "0" });
  },
};

interface Place {
  readonly user: string | undefined;
  readonly named: string | undefined;
  readonly path: string | undefined;
  readonly before: string;
  readonly exists: boolean;
}

async function planEdit(args: Arguments, context: OperationContext, place: Place): Promise<OperationPlan> {
  const refusal = refused(args, place);
  if (refusal !== undefined) return failing(refusal);
  const crontab = new Crontab(place.before);
  const edited = args.env === true ? editVariable(args, crontab) : editJob(args, crontab, place);
  if (typeof edited === "string") return failing(edited);
  const header = place.path ?? (place.user === undefined ? "crontab" : `crontab for user "${place.user}"`);
  const file = place.named === undefined ? {} : { cron_file: place.named };
  if (edited && args.env !== true && args.state === "absent" && place.path !== undefined && crontab.isEmpty) {
    const diff = { before: place.before, before_header: place.path, after: "", after_header: "/dev/null" };
    return {
      changes: [runChange(context, `Remove ${place.path}`, `rm -f -- ${shellQuote(place.path)}\n`)],
      result: { changed: true, ...file, state: args.state, diff: context.wantsDiff ? diff : {} },
      differences: differencesOf([diff]),
    };
  }
  const changed = edited || (place.before !== "" && !/[\r\n]$/.test(place.before));
  const diff = { before: place.before, before_header: header, after: crontab.text, after_header: header };
  const result: Record<string, unknown> = {
    jobs: crontab.jobNames,
    envs: crontab.variableNames,
    changed,
    ...(changed && context.wantsDiff ? { diff } : {}),
    ...file,
  };
  if (!changed) return { changes: [], result };
  return {
    changes: await writing(args, context, place, crontab.text),
    result,
    differences: differencesOf([diff]),
    conclude(outcomes) {
      const failed = outcomes.find((outcome) => outcome.status !== 0);
      if (failed !== undefined) {
        const { stdout, stderr, status: rc } = failed;
        return { changed: false, failed: true, msg: `Failed to install new cronfile: ${header}`, stderr, stdout, rc };
      }
      const kept = /^bdap-backup (.*)$/m.exec(outcomes[0]?.stdout ?? "")?.[1];
      return kept === undefined ? result : { ...result, backup_file: kept };
    },
  };
}

function refused(args: Arguments, place: Place): string | undefined {
  const times = ["minute", "hour", "day", "month", "weekday"];
  if (args.special_time !== null && times.some((name) => args[name] !== "*"))
    return "You cannot combine special_time with any of the time or day/date parameters.";
  if (args.state !== "absent") {
    if (place.path !== undefined && place.user === undefined)
      return "To use cron_file=... parameter you must specify user=... as well";
    if (args.job === null) return "You must specify 'job' to install a new cron job or variable";
    if ((args.insertafter !== null || args.insertbefore !== null) && args.env !== true)
      return "Insertafter and insertbefore parameters are valid only with env=yes";
  }
  return args.env === true && String(args.name).includes(" ") ? "Invalid name for environment variable" : undefined;
}

/** Whether the crontab changed, or why it cannot. */
function editVariable(args: Arguments, crontab: Crontab): boolean | string {
  const name = String(args.name);
  const line = `${name}="${String(args.job)}"`;
  const current = crontab.variable(name);
  if (args.state === "absent") {
    crontab.setVariable(name, undefined);
    return current !== undefined;
  }
  if (current === line) return false;
  if (current !== undefined) {
    crontab.setVariable(name, line);
    return true;
  }
  const after = typeof args.insertafter === "string" ? { after: args.insertafter } : {};
  const before = typeof args.insertbefore === "string" ? { before: args.insertbefore } : {};
  if (crontab.addVariable(line, { ...after, ...before })) return true;
  return `Variable named '${String(args.insertafter ?? args.insertbefore)}' not found.`;
}

function editJob(args: Arguments, crontab: Crontab, place: Place): boolean {
  const name = String(args.name);
  if (args.state === "absent") return crontab.removeJob(name);
  const times = ["minute", "hour", "day", "month", "weekday"].map((field) => String(args[field]));
  const when = args.special_time === null ? times.join(" ") : `@${String(args.special_time)}`;
  const who = place.path === undefined ? "" : `${place.user} `;
  const job = String(args.job).replace(/^[\r\n]+|[\r\n]+$/g, "");
  return crontab.setJob(name, `${args.disabled === true ? "#" : ""}${when} ${who}${job}`);
}

async function writing(args: Arguments, context: OperationContext, place: Place, text: string): Promise<Change[]> {
  const changes: Change[] = [];
  if (args.backup === true) {
    const script = 'kept=$(mktemp /tmp/crontabXXXXXXXX)\ncat >"$kept"\necho "bdap-backup $kept"\n';
    const old = new Crontab(place.before).text;
    changes.push(runChange(context, "Keep a copy of the crontab", script, old));
  }
  if (place.path !== undefined) {
    changes.push({ kind: "write", title: `Write ${place.path}`, file: { path: place.path, content: text } });
  } else {
    const script = `crontab ${await forUser(place.user, context)} -\n`;
    changes.push(runChange(context, "Install the crontab", script, text));
  }
  return changes;
}

/** Words that name the user: crontab(1) refuses `-u` to others than root, so not for one's own crontab. */
async function forUser(user: string | undefined, context: OperationContext): Promise<string> {
  if (user === undefined) return "";
  const self = (await context.read.run("id -un")).stdout.trim();
  return self === user ? "" : `-u ${shellQuote(user)}`;
}
