import { Secret } from "#inventory/kernel/secret.ts";
import { UnsafeText, VaultText } from "#inventory/kernel/yaml.ts";
import { concatenated } from "./concatenation.ts";
import { deferred, ExpressionError, ExpressionLimitError, Undefined } from "./errors.ts";
import { Evaluation } from "./evaluation.ts";
import { LazyDict } from "./lazy-dict.ts";
import type { Lookup } from "./lookups/lookup.ts";
import { copyingScope } from "./owned-copy.ts";
import { readExpression } from "./parser.ts";
import { Rendering } from "./rendering.ts";
import type { Scope } from "./scope.ts";
import { FILE_LAYOUT, HEADER, readHeader, type TemplateLayout, VALUE_LAYOUT } from "./template-layout.ts";
import { parseTemplate } from "./template-parser.ts";
import { TemplateSource } from "./template-source.ts";
import type { ParsedTemplate } from "./template-syntax.ts";
import { isDict, pythonString, toFinal, truthy, typeName } from "./values.ts";

const MAX_STEPS = 5_000_000;
const MAX_NESTING = 60;
const MAX_CACHED = 20_000;

export interface TemplarOptions {
  /** Text of an inline `!vault` value. Without it such a value raises when used. */
  readonly decrypt?: (ciphertext: string) => string;
  /** What `lookup('env', …)` reads, and what commands of `pipe` and `lines` are given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly lookups?: Readonly<Record<string, Lookup>>;
  /** Wall-clock milliseconds for `now()`. */
  readonly now?: () => number;
  /** Where `include`, `import` and `extends` of a text look for files. */
  readonly playbookFolder?: string;
  /** Passwords of vaults, for files that `unvault` and others read. */
  readonly vaultSecrets?: readonly string[];
}

interface Compiled {
  readonly template: ParsedTemplate;
  readonly layout: TemplateLayout;
}

/**
 * Works out templates and expressions of playbooks. Only what the caller passes as raw text is a template; what an expression
 * gives is a value and never read as one again. Raises ExpressionError and nothing else; not re-entrant across hosts of
 * different variables: the {@link Scope} says whose variables are meant.
 */
export class Templar {
  readonly options: TemplarOptions;
  readonly #expressions = new Map<string, ReturnType<typeof readExpression>>();
  readonly #templates = new Map<TemplateLayout, Map<string, Compiled>>();
  #nesting = 0;
  #steps = 0;

  constructor(options: TemplarOptions = {}) {
    this.options = options;
  }

  /** The value of a bare expression, lazily: it may be {@link Undefined} or hold some. */
  evaluate(source: string, scope: Scope): unknown {
    return this.deeper(() => {
      const { expression, mutates } = this.#expression(source);
      return new Evaluation(this, mutates ? copyingScope(scope) : scope).value(expression);
    });
  }

  /** The final value of a bare expression. Raises where anything in it is undefined. */
  expression(source: string, scope: Scope): unknown {
    return this.deeper(() => toFinal(this.evaluate(source, scope)));
  }

  /** Whether a condition (`when`) holds. Raises unless it gives a boolean, as Ansible demands. */
  condition(source: unknown, scope: Scope): boolean {
    return this.deeper(() => {
      if (source === null || source === "") return true;
      const raw = source instanceof Secret ? source.reveal() : source;
      const value = typeof raw === "string" ? this.#judged(raw, scope) : raw;
      if (value instanceof Undefined) throw value.error();
      if (typeof value === "boolean") return value;
      throw new ExpressionError(
        `Conditional result (${truthy(value) ? "True" : "False"}) was derived from value of type '${typeName(value)}'. ` +
          "Conditionals must have a boolean result.",
      );
    });
  }

  /** A text that is a template all through gives the condition, or the text of one; in any other, its literals may be templates. */
  #judged(source: string, scope: Scope): unknown {
    let condition = source.trim();
    if (/^(?:\{\{|\{%|\{#)/.test(condition) && /(?:\}\}|%\}|#\})$/.test(condition)) {
      const value = this.resolve(condition, scope);
      if (typeof value !== "string") return value;
      condition = value.trim();
    }
    return condition === "" ? true : new Evaluation(this, scope, true).value(this.#expression(condition).expression);
  }

  /** The final value of anything written in a playbook: texts are templates, at any depth. Raises where something is undefined. */
  template(raw: unknown, scope: Scope): unknown {
    return this.deeper(() => toFinal(this.resolve(raw, scope)));
  }

  /** As {@link Templar.template}, but containers work out their members when asked, and undefined is a value. */
  resolve(raw: unknown, scope: Scope): unknown {
    if (typeof raw === "string") return isTemplate(raw) ? this.#render(raw, scope) : raw;
    if (raw instanceof UnsafeText) return raw.value;
    if (raw instanceof Secret) return raw.reveal();
    if (raw instanceof VaultText) return this.#decrypted(raw, scope);
    if (Array.isArray(raw)) return raw.map((item: unknown) => this.resolve(item, scope));
    if (isDict(raw)) return new LazyDict(raw, (item) => this.resolve(item, scope));
    return raw;
  }

  /** A whole file as a template, to text. `folders` are where it may include, import and extend from, nearest first. */
  renderText(
    source: string,
    scope: Scope,
    layout: TemplateLayout = FILE_LAYOUT,
    folders: readonly string[] = [],
  ): string {
    const value = toFinal(this.renderFile(source, scope, layout, folders));
    return value === null ? "" : pythonString(value);
  }

  /** As {@link Templar.renderText}, to the value it gives: a template of one `{{ }}` gives what is in it. */
  renderFile(source: string, scope: Scope, layout: TemplateLayout, folders: readonly string[]): unknown {
    if (![layout.variableStart, layout.blockStart, layout.commentStart, HEADER].some((mark) => source.includes(mark)))
      return source;
    return this.deeper(() => this.#rendered(source, scope, layout, folders));
  }

  /** Counts one step of work against the budget. */
  step(cost = 1): void {
    this.#steps += cost;
    if (this.#steps > MAX_STEPS) throw new ExpressionLimitError("the template takes too many steps");
  }

  /** Does work one level further inside, and raises where that is too deep. */
  deeper<T>(work: () => T): T {
    if (this.#nesting === 0) this.#steps = 0;
    if (this.#nesting >= MAX_NESTING)
      throw new ExpressionError("Recursive loop detected in template: maximum recursion depth exceeded");
    this.#nesting++;
    try {
      return work();
    } catch (error) {
      if (error instanceof RangeError)
        throw new ExpressionLimitError("the template is nested too deeply", { cause: error });
      throw error;
    } finally {
      this.#nesting--;
    }
  }

  #expression(source: string): ReturnType<typeof readExpression> {
    let known = this.#expressions.get(source);
    if (known === undefined) {
      known = readExpression(source);
      if (this.#expressions.size < MAX_CACHED) this.#expressions.set(source, known);
    }
    return known;
  }

  #decrypted(raw: VaultText, scope: Scope): unknown {
    if (this.options.decrypt === undefined)
      throw new ExpressionError("Attempting to decrypt but no vault secrets found.");
    return this.resolve(this.options.decrypt(raw.ciphertext), scope);
  }

  #render(source: string, scope: Scope): unknown {
    try {
      const { playbookFolder } = this.options;
      const folders = playbookFolder === undefined ? [] : [playbookFolder];
      return this.deeper(() => this.#rendered(source, scope, VALUE_LAYOUT, folders));
    } catch (error) {
      if (error instanceof ExpressionError && !(error instanceof ExpressionLimitError)) return deferred(error);
      throw error;
    }
  }

  #rendered(source: string, scope: Scope, layout: TemplateLayout, folders: readonly string[]): unknown {
    const compiled = this.#compiled(source, layout);
    const { nodes, mutates } = compiled.template;
    const evaluation = new Evaluation(this, mutates ? copyingScope(scope) : scope);
    const [only] = nodes;
    if (nodes.length === 1 && only?.type === "output") return withNewlines(source, evaluation.value(only.expression));
    // A template that this one includes is not from YAML: its backslashes are what they say.
    const inner = compiled.layout.literalTexts ? { ...compiled.layout, literalTexts: false } : compiled.layout;
    const templates = new TemplateSource(folders, (text) => this.#compiled(text, inner).template);
    const value = concatenated(new Rendering(evaluation, templates).parts(compiled.template));
    return withNewlines(source, value, compiled.layout.newlineSequence);
  }

  #compiled(source: string, layout: TemplateLayout): Compiled {
    let known = this.#templates.get(layout);
    if (known === undefined) {
      known = new Map();
      if (this.#templates.size < 100) this.#templates.set(layout, known);
    }
    let compiled = known.get(source);
    if (compiled === undefined) {
      const read = readHeader(source, layout);
      compiled = { template: parseTemplate(read.source, read.layout), layout: read.layout };
      if (known.size < MAX_CACHED) known.set(source, compiled);
    }
    return compiled;
  }
}

/** A text result with as many line ends as the template has: the language itself drops one. */
function withNewlines(source: string, value: unknown, newline = "\n"): unknown {
  if (typeof value !== "string" || !source.endsWith("\n")) return value;
  const missing = endings(source) - endings(value);
  return missing > 0 ? value + newline.repeat(missing) : value;
}

function endings(text: string): number {
  let count = 0;
  while (text[text.length - 1 - count] === "\n") count++;
  return count;
}

/** Whether a text holds template marks. */
export function isTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("{%") || text.includes("{#") || text.startsWith(HEADER);
}
