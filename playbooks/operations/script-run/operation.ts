import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { expandingWord } from "../path-expansion.ts";
import { failing } from "../plan.ts";
import { splitWords } from "../words.ts";

/** A script of the controller is run on the host, unless a path says it is not needed. */
export const scriptRun: Operation = {
  name: "script-run",
  title: "Run a script of the controller on the host",
  modules: ["ansible.builtin.script"],
  arguments: {
    _raw_params: { type: "str", description: "The script and its arguments, in free form." },
    cmd: { type: "str", description: "The script and its arguments." },
    creates: { type: "str", description: "Path: when it exists, the script is not run." },
    removes: { type: "str", description: "Path: when it does not exist, the script is not run." },
    chdir: { type: "str", description: "Folder of the host to run it in; absolute." },
    executable: { type: "str", description: "Program to run the script by." },
    decrypt: { type: "bool", default: true, description: "A vault-encrypted script arrives decrypted." },
  },
  rules: { requiredOneOf: [["_raw_params", "cmd"]], mutuallyExclusive: [["_raw_params", "cmd"]] },
  freeForm: "_raw_params",
  checkMode: "full",
  isIdempotent: false,
  async plan(args, context) {
    const text = (name: string) => (typeof args[name] === "string" && args[name] !== "" ? args[name] : undefined);
    const [creates, removes, chdir, executable] = ["creates", "removes", "chdir", "executable"].map(text);
    const skip = (msg: string) => ({ changes: [], result: { skipped: true, msg } });
    if (creates !== undefined || removes !== undefined) {
      const probe = (path: string | undefined, label: string) =>
        path === undefined ? "" : `p=${expandingWord(path)}; if [ -e "$p" ] || [ -L "$p" ]; then echo ${label}; fi\n`;
      const found = (await context.read.run(probe(creates, "creates") + probe(removes, "removes"))).stdout.split("\n");
      if (creates !== undefined && found.includes("creates")) return skip(`${creates} exists, matching creates option`);
      if (removes !== undefined && !found.includes("removes"))
        return skip(`${removes} does not exist, matching removes option`);
    }
    if (chdir !== undefined && !chdir.startsWith("/")) {
      return failing(`chdir ${chdir} must be an absolute path for a Unix-aware remote node`);
    }
    const line = (text("_raw_params") ?? text("cmd") ?? "").trim();
    let script: string | undefined;
    try {
      script = splitWords(line)[0];
    } catch (error) {
      return failing(error instanceof Error ? error.message : String(error));
    }
    if (script === undefined) return failing("no command given");
    const path = await context.localPath(script, "files");
    if (context.checkMode) {
      if (creates !== undefined || removes !== undefined) return { changes: [], result: { changed: true } };
      return {
        changes: [],
        result: { changed: false, skipped: true, msg: "Check mode is not supported for this task." },
      };
    }
    const content = args.decrypt === false ? { localPath: path } : await context.readLocal(path);
    const command = runningScript(basename(path), line, script, executable, chdir);
    return {
      changes: [
        { kind: "run", title: line, command: { script: command, environment: context.environment, stdin: content } },
      ],
      result: { changed: true },
      conclude(outcomes) {
        const { status, stdout, stderr } = outcomes[0] ?? { status: 0, stdout: "", stderr: "" };
        const result = { changed: true, rc: status, stdout, stderr };
        return status === 0 ? result : { ...result, failed: true, msg: "non-zero return code" };
      },
    };
  },
};

/**
 * Puts the script (standard input) into a folder of its own and runs the line with the script's place in it. The folder is
 * under the home, as programs may be forbidden in /tmp; what runs gets an empty input.
 */
function runningScript(
  name: string,
  line: string,
  script: string,
  executable: string | undefined,
  chdir: string | undefined,
): string {
  const place = `bdap-${randomUUID()}`;
  const command = line.replaceAll(script, () => `${place}/${name}`);
  const enter = chdir === undefined ? "" : `cd ${shellQuote(chdir)} || exit 1\n`;
  return [
    "case $HOME in /*[!A-Za-z0-9/._@-]*|'') base=/tmp ;; *) base=$HOME/.ansible/tmp ;; esac\n",
    'before=$(umask)\numask 077\nmkdir -p "$base" 2>/dev/null || base=/tmp\n',
    'folder=$(mktemp -d "$base/bdap-script-XXXXXXXX" 2>/dev/null) || folder=$(mktemp -d /tmp/bdap-script-XXXXXXXX) || exit 1\n',
    "trap 'rm -rf \"$folder\"' EXIT\n",
    `cat >"$folder"/${shellQuote(name)} || exit 1\nchmod 700 "$folder"/${shellQuote(name)}\numask "$before"\n`,
    `line=$(printf %s ${shellQuote(`${executable === undefined ? "" : `${executable} `}${command}`)} | sed "s#${place}#$folder#g")\n`,
    `${enter}/bin/sh -c "$line" </dev/null\n`,
  ].join("");
}
