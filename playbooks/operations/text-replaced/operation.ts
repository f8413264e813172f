import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing, nothingToDo } from "../plan.ts";
import { checkTemplate, expandTemplate, pythonPattern } from "../python-pattern.ts";
import { asBytes, type Edit, type EditShape, planTextEdit, TEXT_FILE_ARGUMENTS } from "../text-file.ts";

/** Every match of a pattern in a text file is replaced. */
export const textReplaced: Operation = {
  name: "text-replaced",
  title: "Replace all matches of a pattern in a file",
  modules: ["ansible.builtin.replace"],
  arguments: {
    ...TEXT_FILE_ARGUMENTS,
    regexp: { type: "str", required: true, description: "Pattern to look for; ^ and $ match at every line." },
    replace: { type: "str", default: "", description: "What to put in its place; groups as \\1 or \\g<name>." },
    after: { type: "str", description: "Only replace after the first match of this pattern." },
    before: { type: "str", description: "Only replace before this pattern." },
    encoding: {
      type: "str",
      default: "utf-8",
      choices: ["utf-8", "UTF-8", "utf8"],
      description: "Encoding of the file.",
    },
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, textReplaced.arguments, context.read);
    const shape: EditShape = {
      backupKey: "backup_file",
      create: false,
      missing: (path) => failing(`Path ${path} does not exist !`, { rc: 257 }),
      diffs: (path, content) =>
        context.wantsDiff && content.before !== content.after
          ? { ...content, before_header: path, after_header: path }
          : undefined,
    };
    return planTextEdit(args, context, shape, (file) => {
      try {
        return replaceIn(Buffer.from(file.text, "latin1").toString("utf8"), args);
      } catch (error) {
        return failing(
          `Unable to process replace due to error: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    });
  },
};

function replaceIn(text: string, args: Readonly<Record<string, unknown>>): Edit | ReturnType<typeof nothingToDo> {
  const section = sectionOf(text, args.after, args.before);
  if (typeof section === "string") {
    return nothingToDo({ rc: 0, msg: `Pattern for before/after params did not match the given file: ${section}` });
  }
  const pattern = pythonPattern(String(args.regexp), { multiline: true }, "g");
  checkTemplate(String(args.replace), pattern);
  let count = 0;
  const part = text.slice(section.start, section.end);
  const replaced = replaceEach(part, pattern, (match) => {
    count += 1;
    return expandTemplate(String(args.replace), match);
  });
  const after = text.slice(0, section.start) + replaced + text.slice(section.end);
  const changed = count > 0 && replaced !== part;
  return { text: asBytes(after), changed, msg: changed ? `${count} replacements made` : "", keys: { rc: 0 } };
}

function replaceEach(text: string, pattern: RegExp, replacement: (match: RegExpExecArray) => string): string {
  let result = "";
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    result += text.slice(last, match.index) + replacement(match);
    last = match.index + match[0].length;
  }
  return result + text.slice(last);
}

/** The part to work on, or the pattern that was not found. */
function sectionOf(text: string, after: unknown, before: unknown): { start: number; end: number } | string {
  const from = typeof after === "string" ? after : "";
  const to = typeof before === "string" ? before : "";
  if (from === "" && to === "") return { start: 0, end: text.length };
  const inner = from !== "" && to !== "" ? "(?P<subsection>.*?)" : "(?P<subsection>.*)";
  const source = from + inner + to;
  const match = pythonPattern(source, { dotAll: true }, "d").exec(text);
  const range = match?.indices?.groups?.subsection;
  return range === undefined ? source : { start: range[0], end: range[1] };
}
