import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing, nothingToDo } from "../plan.ts";
import { type EditShape, planTextEdit, TEXT_FILE_ARGUMENTS } from "../text-file.ts";
import { editBlock } from "./block.ts";

/** A text file has a block of lines between two marker lines, or does not have it. */
export const blockPresent: Operation = {
  name: "block-present",
  title: "Make a file have a marked block of lines, or not",
  modules: ["ansible.builtin.blockinfile"],
  arguments: {
    ...TEXT_FILE_ARGUMENTS,
    state: {
      type: "str",
      default: "present",
      choices: ["absent", "present"],
      description: "Whether the block is there.",
    },
    block: { type: "str", default: "", aliases: ["content"], description: "The lines; none at all removes the block." },
    marker: {
      type: "str",
      default: "# {mark} ANSIBLE MANAGED BLOCK",
      description: "Marker line; {mark} becomes begin or end.",
    },
    marker_begin: { type: "str", default: "BEGIN", description: "What {mark} becomes before the block." },
    marker_end: { type: "str", default: "END", description: "What {mark} becomes after the block." },
    insertafter: { type: "str", description: "`EOF`, or pattern of the last line after which to insert." },
    insertbefore: { type: "str", description: "`BOF`, or pattern of the last line before which to insert." },
    append_newline: { type: "bool", default: false, description: "Keep an empty line after the block." },
    prepend_newline: { type: "bool", default: false, description: "Keep an empty line before the block." },
    create: { type: "bool", default: false, description: "Make the file when it does not exist." },
  },
  rules: { mutuallyExclusive: [["insertbefore", "insertafter"]] },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, blockPresent.arguments, context.read);
    const present = args.state === "present";
    const shape: EditShape = {
      backupKey: "backup_file",
      create: args.create === true && present,
      missing: (path) =>
        args.create === true
          ? nothingToDo({ msg: `File ${path} not present` })
          : failing(`Path ${path} does not exist !`, { rc: 257 }),
      diffs: (_path, content, attributes) => [content, attributes],
    };
    return planTextEdit(args, context, shape, (file) => {
      try {
        return editBlock(file, args);
      } catch (error) {
        return failing(`Invalid regular expression: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  },
};
