import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { planFile } from "../file-copied/file.ts";
import type { FileSource } from "../file-copied/source.ts";
import type { Operation, OperationPlan } from "../operation.ts";
import { OWNERSHIP_ARGUMENTS, unsupportedOwnership } from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { describePath, PATH_FUNCTIONS, parsePathStates, pathInfo } from "../path-state.ts";
import { failing } from "../plan.ts";
import { pythonPattern } from "../python-pattern.ts";
import { assembled, type Fragment, hostFragments, localFragments } from "./fragments.ts";

/** A file on the host is put together from the files of a folder. */
export const fileAssembled: Operation = {
  name: "file-assembled",
  title: "Assemble a file from fragments",
  modules: ["ansible.builtin.assemble"],
  arguments: {
    src: { type: "path", required: true, description: "Folder of fragments." },
    dest: { type: "path", required: true, description: "The file to make." },
    delimiter: { type: "str", description: "Text between fragments, on a line of its own." },
    remote_src: { type: "bool", default: true, description: "The folder lies on the host, not on the controller." },
    regexp: { type: "str", description: "Pattern of the names to take." },
    ignore_hidden: { type: "bool", default: false, description: "Leave out names that begin with a dot." },
    backup: { type: "bool", default: false, description: "Keep the old file beside the new one." },
    validate: { type: "str", description: "Command with %s for the new file that must succeed first." },
    decrypt: {
      type: "bool",
      default: true,
      description: "Vault-encrypted fragments of the controller arrive decrypted.",
    },
    ...OWNERSHIP_ARGUMENTS,
  },
  checkMode: "full",
  async plan(raw, context) {
    const unsupported = unsupportedOwnership(raw);
    if (unsupported !== undefined) return failing(unsupported);
    const isRemote = raw.remote_src === true;
    const expanded = await expandPaths(raw, fileAssembled.arguments, context.read);
    const args = { ...expanded, force: true, follow: false };
    const [src, dest] = [String(expanded.src), String(expanded.dest)];
    let pattern: RegExp | undefined;
    try {
      pattern = typeof raw.regexp === "string" ? pythonPattern(raw.regexp) : undefined;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      return failing(`Invalid Regexp (${words}) in "${String(raw.regexp)}"`);
    }
    const takes = (name: string) =>
      (pattern === undefined || pattern.test(name)) && !(raw.ignore_hidden === true && name.startsWith("."));
    let fragments: Fragment[] | string;
    if (isRemote) fragments = await hostFragments(src, takes, context);
    else {
      const folder = await context.localPath(src, "files");
      fragments = (await stat(folder)).isDirectory()
        ? await localFragments(folder, takes, (path) =>
            raw.decrypt === false ? readFile(path) : context.readLocal(path),
          )
        : `Source (${folder}) is not a directory`;
    }
    if (typeof fragments === "string") return failing(fragments);
    if (typeof raw.validate === "string" && !raw.validate.includes("%s")) {
      return failing(`validate must contain %s: ${raw.validate}`);
    }
    const text = typeof raw.delimiter === "string" ? raw.delimiter : undefined;
    const source = sourceOf(assembled(fragments, text), src);
    const plan = await planFile(args, dest, source, context);
    if (!isRemote) return plan;
    if (!context.checkMode) return asModule(plan, { src, dest, checksum: source.sha1, md5sum: source.md5, msg: "OK" });
    const found = await context.read.run(PATH_FUNCTIONS + describePath(dest, "dest"));
    const here = pathInfo(parsePathStates(found.stdout).paths.get("dest"));
    return asModule(plan, { src, dest, checksum: source.sha1, md5sum: source.md5, msg: "OK", ...here });
  },
};

function sourceOf(content: Buffer, src: string): FileSource {
  return {
    kind: "file",
    path: src,
    name: basename(src),
    content,
    sha1: createHash("sha1").update(content).digest("hex"),
    md5: createHash("md5").update(content).digest("hex"),
    size: content.length,
    mode: undefined,
  };
}

/** Assembled on the host itself, the original gives its own result instead of that of copy. */
function asModule(plan: OperationPlan, own: Readonly<Record<string, unknown>>): OperationPlan {
  if (plan.result.failed === true) return plan;
  const { diff: _diff, path: _path, ...rest } = plan.result;
  return { ...plan, result: { ...rest, ...own } };
}
