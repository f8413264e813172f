import type { Operation } from "../operation.ts";
import { OWNERSHIP_ARGUMENTS, unsupportedOwnership } from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing } from "../plan.ts";
import { planFile } from "./file.ts";
import { planRemoteCopy } from "./remote.ts";
import { decryptOf, localSource, textSource } from "./source.ts";
import { planTree } from "./tree.ts";

/** A file on the host has this content, from text, from a file or folder of the controller, or from the host itself. */
export const fileCopied: Operation = {
  name: "file-copied",
  title: "Copy content to a file on the host",
  modules: ["ansible.builtin.copy"],
  arguments: {
    src: { type: "str", description: "File or folder to copy: on the controller, or on the host with remote_src." },
    content: { type: "raw", description: "The content itself, instead of src; structures are written as JSON." },
    dest: {
      type: "path",
      required: true,
      description: "Where the file shall lie. A trailing slash makes it a folder.",
    },
    backup: {
      type: "bool",
      default: false,
      description: "Keep the old file beside the new one, with the time in its name.",
    },
    force: { type: "bool", default: true, description: "Replace a file that has other content." },
    validate: {
      type: "str",
      description: "Command with %s for the new file that must succeed before it is put in place.",
    },
    directory_mode: { type: "raw", description: "Mode of folders that are made on the way." },
    remote_src: { type: "bool", default: false, description: "Take src from the host itself." },
    local_follow: { type: "bool", default: true, description: "Copy what links in src point to." },
    follow: { type: "bool", default: false, description: "Write through a link at dest instead of replacing it." },
    checksum: { type: "str", description: "SHA-1 the source must have." },
    decrypt: { type: "bool", default: true, description: "Vault-encrypted sources arrive decrypted." },
    _original_basename: { type: "str", description: "Name to use when dest is a folder; set by other modules." },
    ...OWNERSHIP_ARGUMENTS,
  },
  checkMode: "full",
  async plan(raw, context) {
    const unsupported = unsupportedOwnership(raw);
    if (unsupported !== undefined) return failing(unsupported);
    const args = await expandPaths(raw, fileCopied.arguments, context.read);
    const dest = String(args.dest);
    const hasContent = args.content !== null;
    if (!hasContent && (args.src === null || args.src === "")) return failing("src (or content) is required");
    if (dest === "") return failing("dest is required");
    if (hasContent && args.src !== null && args.src !== "") return failing("src and content are mutually exclusive");
    if (hasContent) {
      const name = typeof args._original_basename === "string" ? args._original_basename : undefined;
      if (dest.endsWith("/") && name === undefined) return failing("can not use content with a dir as dest");
      return planFile(args, dest, textSource(args.content, name), context);
    }
    if (args.remote_src === true) return planRemoteCopy(args, dest, context);
    const given = String(args.src);
    const source = await localSource(await context.localPath(given, "files"), given, {
      follow: args.local_follow !== false,
      decrypt: decryptOf(args, context),
    });
    return source.kind === "file" ? planFile(args, dest, source, context) : planTree(args, dest, source, context);
  },
};
