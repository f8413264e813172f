import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { differencesOf, failing, runChange } from "../plan.ts";
import { pythonText, sortedJson } from "../python-text.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";

/** A question of a Debian package has this answer before the package asks it. */
export const packageAnswerSet: Operation = {
  name: "package-answer-set",
  title: "Answer a question of a Debian package",
  modules: ["ansible.builtin.debconf"],
  arguments: {
    name: { type: "str", required: true, aliases: ["pkg"], description: "The package." },
    question: {
      type: "str",
      aliases: ["selection", "setting"],
      description: "The question; none to read all answers.",
    },
    vtype: {
      type: "str",
      choices: ["boolean", "error", "multiselect", "note", "password", "seen", "select", "string", "text", "title"],
      description: "The answer's type.",
    },
    value: { type: "raw", aliases: ["answer"], description: "The answer." },
    unseen: { type: "bool", default: false, description: "Do not mark the question as asked." },
  },
  rules: { requiredTogether: [["question", "vtype", "value"]] },
  checkMode: "full",
  async plan(args, context) {
    const name = String(args.name);
    const question = typeof args.question === "string" ? args.question : undefined;
    const isPassword = args.vtype === "password" && question !== undefined;
    const outcome = await context.read.run(
      `export LC_ALL=C\n${requirePrograms("debconf-show", ...(isPassword ? ["debconf-get-selections"] : []))}debconf-show ${shellQuote(name)}\n${isPassword ? "echo bdap-password\ndebconf-get-selections\n" : ""}`,
    );
    const missing = missingProgram(outcome.stdout);
    if (missing !== undefined) return missing;
    if (outcome.status !== 0) return failing(outcome.stderr);
    const [shown = "", passwords = ""] = outcome.stdout.split("bdap-password\n");
    const answers = parseAnswers(shown);
    if (question === undefined) return { changes: [], result: { changed: false, msg: "", current: answers } };
    const wanted = wantedAnswer(args.vtype, args.value, question in answers);
    const current = isPassword
      ? passwordOf(passwords, name, question)
      : currentAnswer(args.vtype, args.value, answers[question]);
    const isSame = question in answers && wanted.compared === current;
    if (isSame) return { changes: [], result: { changed: false, msg: "", current: answers } };
    const previous = { [question]: answers[question] ?? "" };
    const before = question in answers ? previous : { ...answers, ...previous };
    const after = { ...before, [question]: wanted.value };
    const diff = { before, after };
    const flag = args.unseen === true ? "-u " : "";
    // The answer may be a password: it goes through standard input.
    const text = [name, question, String(args.vtype), wanted.written].join(" ");
    const result = {
      changed: true,
      msg: "",
      current: { [question]: wanted.value },
      previous: before,
      diff: context.wantsDiff ? diff : {},
    };
    return {
      changes: [runChange(context, `Answer ${question}`, `export LC_ALL=C\ndebconf-set-selections ${flag}\n`, text)],
      result,
      differences: differencesOf([{ before: sortedJson(before), after: sortedJson(after) }]),
      conclude(outcomes) {
        const last = outcomes[0];
        if (last === undefined || last.status === 0) return { ...result, msg: last?.stdout ?? "" };
        return { changed: false, failed: true, msg: last.stderr };
      },
    };
  },
};

/** Lines of debconf-show(1): `* question: answer`. */
function parseAnswers(output: string): Record<string, string> {
  const answers: Record<string, string> = {};
  for (const line of output.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0)
      answers[
        line
          .slice(0, colon)
          .replace(/^\*|\*$/g, "")
          .trim()
      ] = line.slice(colon + 1).trim();
  }
  return answers;
}

interface WantedAnswer {
  readonly value: unknown;
  readonly compared: string;
  readonly written: string;
}

/** Several answers are put in order only to compare them with those that are there, as the original does. */
function wantedAnswer(type: unknown, value: unknown, exists: boolean): WantedAnswer {
  if (type === "boolean") {
    const text = pythonText(value).toLowerCase();
    return { value: text, compared: text, written: text };
  }
  if (type === "multiselect" && Array.isArray(value)) {
    const items = exists ? value.map(String).sort() : value.map(String);
    return { value: items.join(", "), compared: items.join(", "), written: items.join(", ") };
  }
  const text = pythonText(value);
  return { value, compared: text, written: text };
}

function currentAnswer(type: unknown, value: unknown, answer: string | undefined): string | undefined {
  if (type === "boolean") return answer?.toLowerCase();
  if (type !== "multiselect" || !Array.isArray(value)) return answer;
  return answer
    ?.split(",")
    .map((item) => item.trim())
    .sort()
    .join(", ");
}

/** Passwords are not shown by debconf-show; debconf-get-selections prints them in lines with tabs between fields. */
function passwordOf(output: string, name: string, question: string): string | undefined {
  for (const line of output.split("\n")) {
    if (!line.startsWith(name)) continue;
    const fields = line.split("\t");
    if (fields.length <= 3) return "";
    if (fields[1] === question && fields[2] === "password") return fields[3];
  }
  return undefined;
}
