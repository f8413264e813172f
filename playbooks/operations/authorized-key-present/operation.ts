import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { describePath, guarded, PATH_FUNCTIONS, parsePathStates } from "../path-state.ts";
import { differencesOf, failing, runChange } from "../plan.ts";
import { type AuthorizedKey, editKeys, parseKeys } from "./keys.ts";

/** A user's SSH keys are accepted at login, or not. */
export const authorizedKeyPresent: Operation = {
  name: "authorized-key-present",
  title: "Make an SSH key be accepted, or not",
  modules: ["ansible.posix.authorized_key"],
  arguments: {
    user: { type: "str", required: true, description: "Whose login." },
    key: { type: "str", required: true, description: "Public keys, one a line." },
    state: {
      type: "str",
      default: "present",
      choices: ["absent", "present"],
      description: "Whether they are accepted.",
    },
    path: { type: "path", description: "The file; ~/.ssh/authorized_keys of the user unless given." },
    manage_dir: { type: "bool", default: true, description: "Make the folder, and give it to the user." },
    key_options: { type: "str", description: "Options in front of the keys." },
    comment: { type: "str", description: "Comment behind the keys, instead of their own." },
    exclusive: { type: "bool", default: false, description: "No other key is accepted." },
    validate_certs: { type: "bool", default: true, description: "Accepted; keys are never fetched." },
    follow: { type: "bool", default: false, description: "Accepted; a link is always written through." },
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, authorizedKeyPresent.arguments, context.read);
    const user = String(args.user);
    if (/^https?:/.test(String(args.key))) return failing("not supported by the native module: key from an address");
    const wanted = parseKeys(String(args.key)).filter((line): line is AuthorizedKey => line.kind === "key");
    if (wanted.length === 0) return failing(`invalid key specified: ${String(args.key)}`);
    const entry = await context.read.run(`getent passwd -- ${shellQuote(user)}`);
    const [, , uid, gid, , home] = entry.stdout.trim().split(":");
    if (uid === undefined || gid === undefined || home === undefined)
      return failing(`Failed to lookup user ${user}: "getpwnam(): name not found: '${user}'"`);
    const keyfile = typeof args.path === "string" ? args.path : `${home}/.ssh/authorized_keys`;
    const folder = keyfile.slice(0, keyfile.lastIndexOf("/")) || "/";
    const script = PATH_FUNCTIONS + describePath(keyfile, "file", ["content"]) + describePath(folder, "folder");
    const { paths } = parsePathStates((await context.read.run(script)).stdout);
    const file = paths.get("file");
    const before = file?.content?.toString("utf8") ?? "";
    const after = editKeys(before, wanted, {
      present: args.state === "present",
      exclusive: args.exclusive === true,
      options: typeof args.key_options === "string" ? args.key_options : undefined,
      comment: typeof args.comment === "string" ? args.comment : undefined,
    });
    const changed = after !== before;
    const diff = { before, after, before_header: keyfile, after_header: keyfile };
    const result = { ...args, keyfile, changed, ...(changed && context.wantsDiff ? { diff } : {}) };
    if (!changed) return { changes: [], result };
    const changes: Change[] = [];
    if (args.manage_dir === true && paths.get("folder")?.target === undefined) {
      const path = shellQuote(guarded(folder));
      const make = `mkdir -p ${path}\nchmod 0700 ${path}\nchown ${uid}:${gid} ${path}\n`;
      changes.push(runChange(context, `Make the folder ${folder}`, make));
    }
    const mode = file?.target?.mode ?? 0o600;
    const path = guarded(file?.realPath ?? keyfile);
    changes.push({
      kind: "write",
      title: `Write ${keyfile}`,
      file: { path, content: after, mode, owner: uid, group: gid },
    });
    return { changes, result, differences: differencesOf([diff]) };
  },
};
