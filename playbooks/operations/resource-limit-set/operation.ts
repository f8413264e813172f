import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, Operation } from "../operation.ts";
import { describePath, PATH_FUNCTIONS, parsePathStates } from "../path-state.ts";
import { differencesOf, failing, runChange } from "../plan.ts";
import { withLimit, wrongValue } from "./limits.ts";

/** A limit of a user or group is in limits.conf. */
export const resourceLimitSet: Operation = {
  name: "resource-limit-set",
  title: "Set a limit for a user or a group",
  modules: ["community.general.pam_limits"],
  arguments: {
    domain: { type: "str", required: true, description: "User, @group, or wildcard." },
    limit_type: { type: "str", required: true, choices: ["soft", "hard", "-"], description: "Which limit." },
    limit_item: {
      type: "str",
      required: true,
      choices:
        "core data fsize memlock nofile rss stack cpu nproc as maxlogins maxsyslogins priority locks sigpending msgqueue nice rtprio chroot".split(
          " ",
        ),
      description: "What is limited.",
    },
    value: { type: "str", required: true, description: "The limit, or `unlimited`." },
    use_max: { type: "bool", default: false, description: "Keep the old limit when it is higher." },
    use_min: { type: "bool", default: false, description: "Keep the old limit when it is lower." },
    backup: { type: "bool", default: false, description: "Keep the old file, with the time in its name." },
    dest: { type: "str", default: "/etc/security/limits.conf", description: "The file." },
    comment: { type: "str", default: "", description: "Comment behind the limit." },
  },
  checkMode: "full",
  async plan(args, context) {
    const path = String(args.dest);
    const folder = path.slice(0, path.lastIndexOf("/")) || "/";
    const script = `${PATH_FUNCTIONS}${describePath(path, "file", ["content"])}[ -w ${shellQuote(folder)} ] && echo "bdap-writable yes"\necho "bdap-stamp $$.$(date +%Y-%m-%d@%H:%M:%S)~"\n`;
    const outcome = await context.read.run(script);
    const file = parsePathStates(outcome.stdout).paths.get("file");
    if (file?.target === undefined && !/^bdap-writable/m.test(outcome.stdout)) {
      return failing(`directory ${folder} is not writable (check presence, access rights, use sudo)`);
    }
    if (args.use_max === true && args.use_min === true) {
      return failing("Cannot use use_min and use_max at the same time.");
    }
    const limit = {
      domain: String(args.domain),
      type: String(args.limit_type),
      item: String(args.limit_item),
      value: String(args.value),
    };
    const wrong = wrongValue(limit.item, limit.value);
    if (wrong !== undefined) return failing(wrong);
    const before = file?.content?.toString("utf8") ?? "";
    const keep = args.use_max === true ? "higher" : args.use_min === true ? "lower" : undefined;
    const edited = withLimit(before, { ...limit, comment: String(args.comment), keep, path });
    if ("failure" in edited) return failing(edited.failure);
    const changed = edited.changed || file?.target === undefined;
    const diff = { before: context.wantsDiff ? before : "", after: context.wantsDiff ? edited.text : "" };
    const stamp = /^bdap-stamp (\S+)$/m.exec(outcome.stdout)?.[1] ?? "0";
    const kept = `${path}.${stamp}`;
    const backup = args.backup === true ? { backup_file: kept } : {};
    const result = { changed, msg: edited.line, diff: { before: diff.before, after: diff.after }, ...backup };
    const changes: Change[] = [];
    if (args.backup === true && file?.target !== undefined) {
      changes.push(runChange(context, `Keep a copy of ${path}`, `cp -p -- ${shellQuote(path)} ${shellQuote(kept)}\n`));
    }
    if (changed)
      changes.push({
        kind: "write",
        title: `Write ${path}`,
        file: { path: file?.realPath ?? path, content: edited.text },
      });
    return {
      changes,
      result,
      differences: differencesOf([{ ...diff, before_header: path, after_header: path }]),
    };
  },
};
