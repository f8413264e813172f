import { ApplianceError } from "#inventory/kernel/errors.ts";

/** Where something stands in a playbook's files. `file` is as a person would name it: from the playbook's folder. */
export interface Place {
  readonly file: string;
  readonly line: number | undefined;
  readonly column?: number;
  /** Absolute path of the file. */
  readonly path?: string;
}

export type ProblemCode =
  | "PLAYBOOKS_UNKNOWN_KEYWORD"
  | "PLAYBOOKS_UNKNOWN_MODULE"
  | "PLAYBOOKS_UNKNOWN_ROLE"
  | "PLAYBOOKS_KEYWORD_NOT_SUPPORTED"
  | "PLAYBOOKS_FILE_NOT_FOUND"
  | "PLAYBOOKS_MALFORMED";

export interface Problem extends Place {
  readonly code: ProblemCode;
  readonly message: string;
}

const HINTS: Readonly<Record<ProblemCode, string>> = {
  PLAYBOOKS_UNKNOWN_KEYWORD: "Correct the spelling; keywords are those of ansible-core 2.19.",
  PLAYBOOKS_UNKNOWN_MODULE: "Use a module this engine has, or run the play with --engine ansible.",
  PLAYBOOKS_UNKNOWN_ROLE: "Put the role in roles/ beside the playbook or name its folder in the roles path.",
  PLAYBOOKS_KEYWORD_NOT_SUPPORTED: "Leave the keyword out, or run the play with --engine ansible.",
  PLAYBOOKS_FILE_NOT_FOUND:
    "Correct the path; it is looked for beside the file that names it, then beside the playbook.",
  PLAYBOOKS_MALFORMED: "Correct the file at that line.",
};

export function placeText(place: Place): string {
  return place.line === undefined ? place.file : `${place.file}:${place.line}`;
}

/** One problem as an error. */
export function problemError(code: ProblemCode, place: Place, message: string): ApplianceError {
  return problemsError([{ code, ...place, message }]);
}

/** All problems as one error: its code is that of the first, its message and context list every one. */
export function problemsError(problems: readonly Problem[]): ApplianceError {
  const [first] = problems;
  if (first === undefined) throw new RangeError("no problems");
  const lines = problems.map((problem) => `${placeText(problem)}: ${problem.message}`);
  return new ApplianceError({
    code: first.code,
    kind: "user",
    message: lines.join("\n"),
    hint: HINTS[first.code],
    state: "No host was touched.",
    context: { file: first.file, line: first.line ?? null, problems },
  });
}

/** Collects what is wrong with a playbook while it is read, so that a person sees all of it at once. */
export class Problems {
  readonly #list: Problem[] = [];

  add(code: ProblemCode, place: Place, message: string): void {
    const isKnown = this.#list.some(
      (p) => p.code === code && p.file === place.file && p.line === place.line && p.message === message,
    );
    if (!isKnown) this.#list.push({ code, ...place, message });
  }

  throwIfAny(): void {
    if (this.#list.length > 0) throw problemsError(this.#list);
  }
}
