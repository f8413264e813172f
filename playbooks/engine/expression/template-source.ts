import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExpressionError, Undefined } from "./errors.ts";
import type { ParsedTemplate } from "./template-syntax.ts";
import { itemsOf, pythonString } from "./values.ts";

/** The templates that `include`, `import` and `extends` find: files by their path below one of some folders. */
export class TemplateSource {
  readonly #folders: readonly string[];
  readonly #parse: (source: string) => ParsedTemplate;
  readonly #known = new Map<string, ParsedTemplate | undefined>();

  constructor(folders: readonly string[], parse: (source: string) => ParsedTemplate) {
    this.#folders = folders;
    this.#parse = parse;
  }

  /** The template of that name. Raises ExpressionError where there is none. */
  load(name: unknown): ParsedTemplate {
    if (name instanceof Undefined) throw name.error();
    if (Array.isArray(name)) return this.choose(name, false) as ParsedTemplate;
    const text = pythonString(name);
    const found = this.#find(text);
    if (found !== undefined) return found;
    const places = this.#folders.map((folder) => `'${folder}'`).join(", ");
    const path = this.#folders.length === 1 ? "path" : "paths";
    throw new ExpressionError(`'${text}' not found in search ${path}: ${places}`);
  }

  /** The first that there is of one name or several; undefined where none is and `ignoresMissing`. */
  choose(names: unknown, ignoresMissing: boolean): ParsedTemplate | undefined {
    if (names instanceof Undefined) throw names.error();
    if (!Array.isArray(names)) return ignoresMissing ? this.#find(pythonString(names)) : this.load(names);
    const wanted = itemsOf(names).map(pythonString);
    for (const name of wanted) {
      const found = this.#find(name);
      if (found !== undefined) return found;
    }
    if (ignoresMissing) return undefined;
    throw new ExpressionError(`none of the templates given were found: ${wanted.join(", ")}`);
  }

  #find(name: string): ParsedTemplate | undefined {
    if (!this.#known.has(name)) this.#known.set(name, this.#read(name));
    return this.#known.get(name);
  }

  #read(name: string): ParsedTemplate | undefined {
    if (name.split("/").includes("..")) return undefined;
    for (const folder of this.#folders) {
      let source: string;
      try {
        source = readFileSync(join(folder, name), "utf8");
      } catch {
        continue;
      }
      return this.#parse(source);
    }
    return undefined;
  }
}
