import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { withEntry, withoutEntry } from "./fstab.ts";
import { mountArguments } from "./mount-arguments.ts";
import { mountedSources } from "./mount-table.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A file system is mounted, now and at every start, or is not. */
export const fileSystemMounted: Operation = {
  name: "file-system-mounted",
  title: "Mount a file system, or make it not be mounted",
  modules: ["ansible.posix.mount"],
  arguments: mountArguments,
  rules: {
    requiredIf: [
      ["state", "mounted", ["src", "fstype"]],
      ["state", "present", ["src", "fstype"]],
      ["state", "ephemeral", ["src", "fstype"]],
    ],
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, mountArguments, context.read);
    const wish = wishOf(args);
    const outcome = await context.read.run(question(wish));
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    const line = (label: string) => new RegExp(`^bdap-${label} ?(.*)$`, "m").exec(outcome.stdout)?.[1];
    const decode = (label: string) => Buffer.from(line(label) ?? "", "base64").toString("utf8");
    const source = mountedSources(decode("mounts")).get(wish.name);
    return decide(args, wish, context, {
      fstab: line("fstab") === undefined ? undefined : decode("fstab"),
      isMount: line("other-device") !== undefined,
      source,
      isThere: line("there") !== undefined,
      missing: [...outcome.stdout.matchAll(/^bdap-missing-folder (.*)$/gm)].map(([, path = ""]) => path),
      mountOutput: decode("mount-v"),
      stamp: line("stamp") ?? "",
    });
  },
};

interface Wish {
  readonly name: string;
  readonly src: string | undefined;
  readonly fstype: string | undefined;
  readonly opts: string;
  readonly dump: string;
  readonly passno: string;
  readonly fstab: string;
  readonly boot: "yes" | "no";
}

function wishOf(args: Arguments): Wish {
  const text = (key: string) => (typeof args[key] === "string" ? args[key] : undefined);
  const opts = text("opts") ?? "defaults";
  const adds = args.boot === false;
  return {
    name: String(args.path),
    src: text("src"),
    fstype: text("fstype"),
    opts: adds ? `${opts},noauto` : opts,
    dump: text("dump") ?? "0",
    passno: text("passno") ?? "0",
    fstab: text("fstab") ?? "/etc/fstab",
    boot: adds ? "no" : "yes",
  };
}

function question(wish: Wish): string {
  const [name, fstab] = [shellQuote(wish.name), shellQuote(wish.fstab)];
  return `${requirePrograms("mount", "umount")}export LC_ALL=C
[ -e ${fstab} ] && echo "bdap-fstab $(base64 -w0 <${fstab})"
echo "bdap-mounts $(base64 -w0 </proc/self/mountinfo)"
echo "bdap-mount-v $(mount -v | base64 -w0)"
echo "bdap-stamp $$.$(date +%Y-%m-%d@%H:%M:%S)~"
if [ -e ${name} ]; then echo bdap-there; fi
if [ -d ${name} ] && [ ! -h ${name} ]; then
here=$(stat -c '%d %i' ${name}); above=$(stat -c '%d %i' ${name}/..)
if [ "\${here%% *}" != "\${above%% *}" ] || [ "$here" = "$above" ]; then echo bdap-other-device; fi
fi
p=${name}; while [ ! -e "$p" ] && [ "$p" != / ] && [ "$p" != . ]; do echo "bdap-missing-folder $p"; p=$(dirname -- "$p"); done
:
`;
}

interface Found {
  /** The text of fstab; undefined when there is none. */
  readonly fstab: string | undefined;
  /** Whether the path is on another device than the folder above it. */
  readonly isMount: boolean;
  readonly source: string | undefined;
  readonly isThere: boolean;
  /** Folders on the way that are not there, the deepest first. */
  readonly missing: readonly string[];
  readonly mountOutput: string;
  readonly stamp: string;
}

function decide(args: Arguments, wish: Wish, context: OperationContext, found: Found): OperationPlan {
  const state = String(args.state);
  const before = found.fstab ?? "";
  const steps = new Steps(args, wish, context, found);
  const isMounted = found.isMount || found.source !== undefined;
  if (state === "absent" || state === "absent_from_fstab") {
    const after = withoutEntry(before, wish.name, wish.src);
    const changed = after !== before;
    steps.writeFstab(after);
    if (changed && state === "absent") steps.leave(isMounted);
    return steps.plan(changed);
  }
  if (state === "unmounted") {
    if (isMounted) steps.unmount();
    return steps.plan(isMounted);
  }
  if (state === "remounted") {
    steps.remount("Error remounting");
    return steps.plan(true);
  }
  const entry = { ...wish, src: wish.src ?? "", fstype: wish.fstype ?? "" };
  const { src, name, fstype, opts, dump, passno } = entry;
  const after = state === "ephemeral" ? before : withEntry(before, { src, name, fstype, opts, dump, passno });
  steps.writeFstab(after);
  if (state === "present") return steps.plan(after !== before);
  if (!(found.isMount || found.source === wish.src)) {
    steps.mount();
    return steps.plan(true);
  }
  if (state !== "ephemeral") {
    if (after !== before) steps.remount("Error mounting");
    return steps.plan(after !== before);
  }
  const listed = found.mountOutput.split("\n").some((line) => line.startsWith(`${wish.src} on ${wish.name} `));
  if (found.source !== wish.src && !listed) return failing(EPHEMERAL_CONFLICT);
  steps.remount("Error mounting");
  return steps.plan(true);
}

const EPHEMERAL_CONFLICT =
  'Ephemeral mount point is already mounted with a different source than the specified one. Failing in order to prevent an unwanted unmount or override operation. Try replacing this command with a "state: unmounted" followed by a "state: ephemeral", or use a different destination path.';
const REMOUNT_CONFLICT =
  'Options were specified with remounted, but the remount command failed. Failing in order to prevent an unexpected mount result. Try replacing this command with a "state: unmounted" followed by a "state: mounted" using the full desired mount options instead.';

/** Collects what must be done, and undoes what a mount that fails has left. */
class Steps {
  readonly #changes: Change[] = [];
  readonly #args: Arguments;
  readonly #wish: Wish;
  readonly #context: OperationContext;
  readonly #found: Found;
  #backup = "";

  constructor(args: Arguments, wish: Wish, context: OperationContext, found: Found) {
    this.#args = args;
    this.#wish = wish;
    this.#context = context;
    this.#found = found;
  }

  writeFstab(text: string): void {
    const { fstab } = this.#wish;
    if (this.#args.state === "ephemeral" || text === this.#found.fstab) return;
    const folder = fstab.slice(0, fstab.lastIndexOf("/"));
    if (this.#found.fstab === undefined && folder !== "") {
      this.#changes.push(runChange(this.#context, `Make the folder ${folder}`, `mkdir -p -- ${shellQuote(folder)}\n`));
    }
    if (this.#args.backup === true && this.#found.fstab !== undefined) {
      this.#backup = `${fstab}.${this.#found.stamp}`;
      const script = `cp -p -- ${shellJoin([fstab, this.#backup])}\n`;
      this.#changes.push(runChange(this.#context, `Keep a copy of ${fstab}`, script));
    }
    this.#changes.push({ kind: "write", title: `Write ${fstab}`, file: { path: fstab, content: text } });
  }

  unmount(): void {
    this.#run("Unmount", `${guarded("Error unmounting", this.#wish.name, shellJoin(["umount", this.#wish.name]))}`);
  }

  /** Unmounts and removes the folder. */
  leave(isMounted: boolean): void {
    if (isMounted) this.unmount();
    const { name } = this.#wish;
    if (this.#found.isThere) this.#run("Remove", guarded("Error rmdir", name, shellJoin(["rmdir", "--", name])));
  }

  mount(): void {
    const folders = [...this.#found.missing].reverse();
    const make =
      folders.length === 0 ? "" : guarded("Error making dir", this.#wish.name, shellJoin(["mkdir", "--", ...folders]));
    this.#run("Mount", make + guarded("Error mounting", this.#wish.name, shellJoin(this.#command([])), this.#undo()));
  }

  /** In place where that works, else by unmounting and mounting; not with options of its own, which must not be lost. */
  remount(words: string): void {
    const { opts, name } = this.#wish;
    const own = this.#args.state === "remounted" && opts !== "defaults";
    const remount = shellJoin(this.#command(["-o", own ? `remount,${opts}` : "remount"]));
    const again = `{ ${shellJoin(["umount", name])} && ${shellJoin(this.#command([]))}; }`;
    if (own)
      this.#run(
        "Mount anew",
        `if ! output=$(${remount} 2>&1); then printf %s ${shellQuote(REMOUNT_CONFLICT)} >&2; exit 1; fi\n`,
      );
    else this.#run("Mount anew", guarded(words, name, `${remount} >/dev/null 2>&1 || ${again}`, this.#undo()));
  }

  plan(changed: boolean): OperationPlan {
    const { src, fstype, ...rest } = this.#wish;
    const hidden = this.#args.opts_no_log === true ? { opts: "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" } : {};
    const result = {
      changed,
      ...rest,
      ...hidden,
      ...(src === undefined ? {} : { src }),
      ...(fstype === undefined ? {} : { fstype }),
      backup_file: this.#context.checkMode ? "" : this.#backup,
    };
    return {
      changes: this.#context.checkMode ? [] : this.#changes,
      result,
      conclude(outcomes) {
        const failed = outcomes.find((outcome) => outcome.status !== 0);
        return failed === undefined ? result : { changed: false, failed: true, msg: failed.stderr };
      },
    };
  }

  #run(verb: string, script: string): void {
    const environment = `export LC_ALL=C\n${requirePrograms()}`;
    this.#changes.push(runChange(this.#context, `${verb} ${this.#wish.name}`, environment + script));
  }

  #command(words: readonly string[]): string[] {
    const { fstab, fstype, opts, src, name } = this.#wish;
    if (this.#args.state !== "ephemeral") {
      return ["mount", ...words, ...(fstab === "/etc/fstab" ? [] : ["-T", fstab]), name];
    }
    return ["mount", ...words, "-t", fstype ?? "", ...(opts === "defaults" ? [] : ["-o", opts]), src ?? "", name];
  }

  /** A line in fstab that does not work could keep the host from starting. */
  #undo(): string {
    const folders =
      this.#found.missing.length === 0 ? "" : `${shellJoin(["rmdir", "--", ...this.#found.missing])} 2>/dev/null\n`;
    if (this.#args.state === "ephemeral" || this.#args.state === "remounted") return folders;
    const [fstab, text] = [shellQuote(this.#wish.fstab), Buffer.from(this.#found.fstab ?? "").toString("base64")];
    return `cp -p -- ${fstab} ${fstab}.bdap && echo ${text} | base64 -d >${fstab}.bdap && mv -f -- ${fstab}.bdap ${fstab}\n${folders}`;
  }
}

/** Shell that runs a command and, when it fails, undoes and says so in the original's words. */
function guarded(words: string, name: string, command: string, undo = ""): string {
  return `if ! output=$(${command} 2>&1); then\n${undo}printf '%s %s: %s\\n' ${shellQuote(words)} ${shellQuote(name)} "$output" >&2\nexit 1\nfi\n`;
}
