import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing, nothingToDo } from "../plan.ts";
import { type EditShape, planTextEdit, TEXT_FILE_ARGUMENTS } from "../text-file.ts";
import { type LineWish, withLine, withoutLine } from "./lines.ts";

/** A text file has a line, once, or does not have it. */
export const linePresent: Operation = {
  name: "line-present",
  title: "Make a file have a line, or not",
  modules: ["ansible.builtin.lineinfile"],
  arguments: {
    ...TEXT_FILE_ARGUMENTS,
    state: {
      type: "str",
      default: "present",
      choices: ["absent", "present"],
      description: "Whether the line is there.",
    },
    line: { type: "str", aliases: ["value"], description: "The line." },
    regexp: {
      type: "str",
      aliases: ["regex"],
      description: "Pattern of the line to replace (the last that matches) or remove.",
    },
    search_string: { type: "str", description: "Text to look for instead of a pattern." },
    insertafter: { type: "str", description: "`EOF`, or pattern of the line after which to insert." },
    insertbefore: { type: "str", description: "`BOF`, or pattern of the line before which to insert." },
    backrefs: {
      type: "bool",
      default: false,
      description: "Groups of regexp may be used in line; no match, no change.",
    },
    firstmatch: { type: "bool", default: false, description: "Take the first matching line instead of the last." },
    create: { type: "bool", default: false, description: "Make the file when it does not exist." },
  },
  rules: {
    mutuallyExclusive: [
      ["insertbefore", "insertafter"],
      ["regexp", "search_string"],
      ["backrefs", "search_string"],
    ],
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, linePresent.arguments, context.read);
    const text = (name: string) => (typeof args[name] === "string" ? args[name] : undefined);
    const present = args.state === "present";
    if (present && args.backrefs === true && text("regexp") === undefined) {
      return failing("regexp is required with backrefs=true");
    }
    if (present && text("line") === undefined) return failing("line is required with state=present");
    if (!present && text("regexp") === undefined && text("search_string") === undefined && text("line") === undefined) {
      return failing("one of line, search_string, or regexp is required with state=absent");
    }
    const wish: LineWish = {
      line: text("line") ?? "",
      regexp: text("regexp"),
      searchString: text("search_string"),
      insertAfter: text("insertafter") ?? (text("insertbefore") === undefined ? "EOF" : undefined),
      insertBefore: text("insertbefore"),
      backrefs: args.backrefs === true,
      firstMatch: args.firstmatch === true,
    };
    const shape: EditShape = {
      backupKey: "backup",
      create: present && args.create === true,
      missing: (path) =>
        present
          ? failing(`Destination ${path} does not exist !`, { rc: 257 })
          : nothingToDo({ msg: "file not present" }),
      diffs: (_path, content, attributes) => [content, attributes],
    };
    return planTextEdit(args, context, shape, (file) => {
      try {
        return present ? withLine(file, wish) : withoutLine(file, wish);
      } catch (error) {
        return failing(`Invalid regular expression: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  },
};
