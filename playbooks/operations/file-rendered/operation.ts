import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { planFile } from "../file-copied/file.ts";
import type { FileSource } from "../file-copied/source.ts";
import type { Operation, OperationContext } from "../operation.ts";
import { OWNERSHIP_ARGUMENTS } from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing } from "../plan.ts";
import { encodeText } from "./text-encoding.ts";

/** A file on the host has the text that a template of the controller gives. */
export const fileRendered: Operation = {
  name: "file-rendered",
  title: "Render a template to a file on the host",
  modules: ["ansible.builtin.template"],
  arguments: {
    src: { type: "str", description: "The template, on the controller." },
    dest: { type: "path", description: "Where the file shall lie; a folder takes it under the template's name." },
    state: { type: "str", description: "Refused: a template has no state." },
    backup: { type: "bool", default: false, description: "Keep the old file beside the new one." },
    force: { type: "bool", default: true, description: "Replace a file that has other content." },
    follow: { type: "bool", default: false, description: "Write through a link at dest instead of replacing it." },
    validate: { type: "str", description: "Command with %s for the new file that must succeed first." },
    newline_sequence: { type: "str", default: "\n", description: "Line end of the result: \\n, \\r or \\r\\n." },
    block_start_string: { type: "str", default: "{%", description: "Start of a statement." },
    block_end_string: { type: "str", default: "%}", description: "End of a statement." },
    variable_start_string: { type: "str", default: "{{", description: "Start of an output." },
    variable_end_string: { type: "str", default: "}}", description: "End of an output." },
    comment_start_string: { type: "str", default: "{#", description: "Start of a comment." },
    comment_end_string: { type: "str", default: "#}", description: "End of a comment." },
    trim_blocks: { type: "bool", default: true, description: "Drop the line end right after a statement." },
    lstrip_blocks: { type: "bool", default: false, description: "Drop the white space before a statement." },
    output_encoding: { type: "str", default: "utf-8", description: "Encoding of the result." },
    checksum: { type: "str", description: "SHA-1 the result must have." },
    directory_mode: { type: "raw", description: "Mode of folders that are made on the way." },
    ...OWNERSHIP_ARGUMENTS,
  },
  checkMode: "full",
  async plan(raw, context) {
    if (raw.state !== null) return failing("'state' cannot be specified on a template");
    if (raw.src === null || raw.dest === null) return failing("src and dest are required");
    const newline = NEWLINES.get(String(raw.newline_sequence));
    if (newline === undefined) return failing("newline_sequence needs to be one of: \n, \r or \r\n");
    const args = await expandPaths(raw, fileRendered.arguments, context.read);
    const path = await context.localPath(String(args.src), "templates");
    let content: Buffer;
    try {
      content = encodeText(await render(args, path, newline, context), String(args.output_encoding || "utf-8"));
    } catch (error) {
      return failing(error instanceof Error ? error.message : String(error));
    }
    const source: FileSource = {
      kind: "file",
      path,
      name: basename(path),
      content,
      sha1: createHash("sha1").update(content).digest("hex"),
      md5: createHash("md5").update(content).digest("hex"),
      size: content.length,
      mode: (await stat(path)).mode & 0o7777,
    };
    return planFile(args, String(args.dest), source, context);
  },
};

/** Line ends by how a task may write them: as they are, or escaped once more. */
const NEWLINES: ReadonlyMap<string, "\n" | "\r" | "\r\n"> = new Map([
  ["\n", "\n"],
  ["\\n", "\n"],
  ["\r", "\r"],
  ["\\r", "\r"],
  ["\r\n", "\r\n"],
  ["\\r\\n", "\r\n"],
]);

function render(
  args: Readonly<Record<string, unknown>>,
  path: string,
  newline: "\n" | "\r" | "\r\n",
  context: OperationContext,
): Promise<string> {
  const marks = (kind: string): [string, string] => [
    String(args[`${kind}_start_string`]),
    String(args[`${kind}_end_string`]),
  ];
  return context.render({
    source: String(args.src),
    path,
    destination: String(args.dest),
    trimBlocks: args.trim_blocks === true,
    lstripBlocks: args.lstrip_blocks === true,
    newline,
    marks: { variable: marks("variable"), block: marks("block"), comment: marks("comment") },
  });
}
