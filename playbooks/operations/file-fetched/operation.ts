import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation, OperationPlan } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { guarded } from "../path-state.ts";
import { failing } from "../plan.ts";
import { fetchDestination, localSums } from "./destination.ts";

/** The controller has a copy of a file of the host. */
export const fileFetched: Operation = {
  name: "file-fetched",
  title: "Bring a file of the host to the controller",
  modules: ["ansible.builtin.fetch"],
  arguments: {
    src: { type: "path", description: "The file on the host." },
    dest: { type: "str", description: "Folder of the controller; below it come the host's name and the whole path." },
    flat: {
      type: "bool",
      default: false,
      description: "The destination is the file itself, or with a slash its folder.",
    },
    fail_on_missing: { type: "bool", default: true, description: "Whether a missing or unreadable file is a failure." },
    validate_checksum: { type: "bool", default: true, description: "Compare the checksum after the transfer." },
  },
  checkMode: "full",
  async plan(raw, context) {
    if (context.checkMode) {
      return { changes: [], result: { skipped: true, msg: "check mode not (yet) supported for this module" } };
    }
    if (raw.src === null || raw.dest === null) return failing("src and dest are required");
    const args = await expandPaths(raw, fileFetched.arguments, context.read);
    const src = String(args.src);
    const word = shellQuote(guarded(src));
    const found = await context.read.run(
      `if [ -d ${word} ]; then echo folder; elif [ ! -e ${word} ]; then echo missing; elif [ ! -r ${word} ]; then echo closed
else echo "sums $(sha1sum <${word} | cut -c1-40) $(md5sum <${word} | cut -c1-32)"; fi`,
    );
    const [word0, sha1 = "", md5 = ""] = found.stdout.trim().split(" ");
    if (word0 !== "sums") return unreadable(word0, src, args.fail_on_missing === true);
    const dest = await fetchDestination(String(args.dest), src, args.flat === true, context);
    if ("problem" in dest) return failing(dest.problem);
    const old = await localSums(dest.path);
    if (old?.sha1 === sha1) {
      return { changes: [], result: { changed: false, md5sum: md5, file: src, dest: dest.path, checksum: sha1 } };
    }
    const expected = args.validate_checksum === true ? { sha1 } : {};
    return {
      changes: [{ kind: "fetch", title: `Fetch ${src}`, file: { path: src, localPath: dest.path, ...expected } }],
      result: {
        changed: true,
        md5sum: md5,
        dest: dest.path,
        remote_md5sum: null,
        checksum: sha1,
        remote_checksum: sha1,
      },
    };
  },
};

function unreadable(why: string | undefined, src: string, fails: boolean): OperationPlan {
  if (why === "folder") {
    const msg = "remote file is a directory, fetch cannot work on directories";
    return fails ? failing(msg) : { changes: [], result: { msg: `${msg}, not transferring, ignored` } };
  }
  const msg =
    why === "missing" ? "the remote file does not exist, not transferring, ignored" : `file is not readable: ${src}`;
  if (fails) return failing(msg);
  return { changes: [], result: { changed: false, file: src, ...(why === "missing" ? { msg } : {}) } };
}
