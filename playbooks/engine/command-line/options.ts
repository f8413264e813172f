import { commandLineErrors } from "./errors.ts";

/**
 * One option of a command line. `flag` stands alone, `count` may be repeated, `text` and `integer` take the next word (the last one
 * counts), `list` collects all of them, `paths` collects colon-separated paths, later ones first.
 */
export interface Option {
  readonly name: string;
  /** As written, the short one first: `-i`, `--inventory`. */
  readonly words: readonly string[];
  readonly kind: "flag" | "count" | "text" | "integer" | "list" | "paths";
  readonly help: string;
}

/** What a command line said. */
export interface Words {
  readonly flags: ReadonlySet<string>;
  readonly counts: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** What is no option. */
  readonly rest: readonly string[];
}

/**
 * Reads a command line as Python's argparse does, which existing scripts rely on: options anywhere, `--` ends them, short ones may be
 * joined (`-vvi hosts`, `-ihosts`), long ones shortened as long as they are unique (`--inv hosts`, `--limit=web`).
 * Throws `PLAYBOOKS_COMMAND_LINE_INVALID`.
 */
export function readWords(program: string, options: readonly Option[], words: readonly string[]): Words {
  return new Reader(program, options).read(words);
}

class Reader {
  readonly #program: string;
  readonly #options: readonly Option[];
  readonly #flags = new Set<string>();
  readonly #counts = new Map<string, number>();
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, string[]>();
  readonly #rest: string[] = [];
  #waiting: string[] = [];

  constructor(program: string, options: readonly Option[]) {
    this.#program = program;
    this.#options = options;
  }

  read(words: readonly string[]): Words {
    this.#waiting = [...words];
    for (let word = this.#waiting.shift(); word !== undefined; word = this.#waiting.shift()) {
      if (word === "--") {
        this.#rest.push(...this.#waiting.splice(0));
      } else if (word.startsWith("--")) this.#long(word);
      else if (isOption(word)) this.#short(word);
      else this.#rest.push(word);
    }
    return {
      flags: this.#flags,
      counts: this.#counts,
      texts: this.#texts,
      lists: this.#lists,
      rest: this.#rest,
    };
  }

  #long(word: string): void {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const value = equals < 0 ? undefined : word.slice(equals + 1);
    const option = this.#find(name);
    if (option.kind !== "flag" && option.kind !== "count") {
      this.#take(option, value);
      return;
    }
    if (value !== undefined) throw this.#wrong(`argument ${spelled(option)}: ignored explicit argument '${value}'`);
    this.#note(option);
  }

  #find(name: string): Option {
    const exact = this.#options.find((option) => option.words.includes(name));
    if (exact !== undefined) return exact;
    const near = this.#options.flatMap((option) =>
      option.words.filter((word) => word.startsWith(name)).map((word) => ({ option, word })),
    );
    const [first] = near;
    if (first === undefined) throw this.#wrong(`unrecognized arguments: ${name}`);
    if (near.some(({ option }) => option !== first.option))
      throw this.#wrong(`ambiguous option: ${name} could match ${near.map(({ word }) => word).join(", ")}`);
    return first.option;
  }

  #short(word: string): void {
    for (let letters = word.slice(1); letters !== ""; ) {
      const name = `-${letters[0]}`;
      const option = this.#options.find((candidate) => candidate.words.includes(name));
      if (option === undefined) throw this.#wrong(`unrecognized arguments: ${word}`);
      letters = letters.slice(1);
      if (option.kind === "flag" || option.kind === "count") this.#note(option);
      else {
        this.#take(option, letters === "" ? undefined : letters.replace(/^=/, ""));
        return;
      }
    }
  }

  #note(option: Option): void {
    if (option.kind === "count") this.#counts.set(option.name, (this.#counts.get(option.name) ?? 0) + 1);
    else this.#flags.add(option.name);
  }

  #take(option: Option, given: string | undefined): void {
    const next = this.#waiting[0];
    if (given === undefined && (next === undefined || isOption(next)))
      throw this.#wrong(`argument ${spelled(option)}: expected one argument`);
    const value = given ?? this.#waiting.shift() ?? "";
    if (option.kind === "integer" && !/^\s*[+-]?\d+\s*$/.test(value))
      throw this.#wrong(`argument ${spelled(option)}: invalid int value: '${value}'`);
    const list = this.#lists.get(option.name) ?? [];
    if (option.kind === "list") this.#lists.set(option.name, [...list, value]);
    else if (option.kind === "paths")
      this.#lists.set(option.name, [...value.split(":").filter((path) => path !== ""), ...list]);
    else this.#texts.set(option.name, value.trim() === "" || option.kind === "text" ? value : value.trim());
  }

  #wrong(problem: string): Error {
    return commandLineErrors.invalid(this.#program, problem);
  }
}

/** argparse takes a word with a blank in it, a lone `-` and a negative number for no option. */
function isOption(word: string): boolean {
  return word.startsWith("-") && word !== "-" && !word.includes(" ") && !/^-\d+$|^-\d*\.\d+$/.test(word);
}

function spelled(option: Option): string {
  return option.words.join("/");
}
