import { Secret } from "#inventory/kernel/secret.ts";
import { UnsafeText, VaultText } from "#inventory/kernel/yaml.ts";
import { ExpressionError, Undefined, UndefinedError } from "./errors.ts";
import { Evaluation } from "./evaluation.ts";
import { LazyDict } from "./lazy-dict.ts";
import type { Lookup } from "./lookups/lookup.ts";
import { parseExpression } from "./parser.ts";
import type { Scope } from "./scope.ts";
import type { Expression, TemplateNode } from "./syntax.ts";
import { parseTemplate, type TemplateLayout } from "./template-parser.ts";
import { isDict, toFinal, truthy, typeName } from "./values.ts";

const MAX_STEPS = 5_000_000;
const MAX_NESTING = 60;
const MAX_CACHED = 20_000;

export interface TemplarOptions {
  /** Text of an inline `!vault` value. Without it such a value raises when used. */
  readonly decrypt?: (ciphertext: string) => string;
  /** What `lookup('env', …)` reads. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly lookups?: Readonly<Record<string, Lookup>>;
  /** Wall-clock milliseconds for `now()`. */
  readonly now?: () => number;
}

/** A text in a playbook or inventory. */
const VALUE_LAYOUT: TemplateLayout = { trimBlocks: true, lstripBlocks: false, literalTexts: true };
/** A template file. */
const FILE_LAYOUT: TemplateLayout = { trimBlocks: true, lstripBlocks: false, literalTexts: false };

/**
 * Works out templates and expressions of playbooks. Only what the caller passes as raw text is a template; what an expression
 * gives is a value and never read as one again. Raises ExpressionError and nothing else; not re-entrant across hosts of
 * different variables: the {@link Scope} says whose variables are meant.
 */
export class Templar {
  readonly options: TemplarOptions;
  readonly #expressions = new Map<string, Expression>();
  readonly #templates = new Map<string, readonly TemplateNode[]>();
  #nesting = 0;
  #steps = 0;

  constructor(options: TemplarOptions = {}) {
    this.options = options;
  }

  /** The value of a bare expression, lazily: it may be {@link Undefined} or hold some. */
  evaluate(source: string, scope: Scope): unknown {
    return this.#guarded(() => {
      let expression = this.#expressions.get(source);
      if (expression === undefined) {
        expression = parseExpression(source);
        if (this.#expressions.size < MAX_CACHED) this.#expressions.set(source, expression);
      }
      return new Evaluation(this, scope).value(expression);
    });
  }

  /** The final value of a bare expression. Raises where anything in it is undefined. */
  expression(source: string, scope: Scope): unknown {
    return this.#guarded(() => toFinal(this.evaluate(source, scope)));
  }

  /** Whether a condition (`when`) holds. Raises unless it gives a boolean, as Ansible demands. */
  condition(source: unknown, scope: Scope): boolean {
    return this.#guarded(() => {
      if (source === null || source === "") return true;
      const raw = source instanceof Secret ? source.reveal() : source;
      let value: unknown = raw;
      if (typeof raw === "string") value = isTemplate(raw) ? this.resolve(raw, scope) : this.evaluate(raw, scope);
      if (value instanceof Undefined) throw value.error();
      if (typeof value === "boolean") return value;
      throw new ExpressionError(
        `Conditional result (${truthy(value) ? "True" : "False"}) was derived from value of type '${typeName(value)}'. ` +
          "Conditionals must have a boolean result.",
      );
    });
  }

  /** The final value of anything written in a playbook: texts are templates, at any depth. Raises where something is undefined. */
  template(raw: unknown, scope: Scope): unknown {
    return this.#guarded(() => toFinal(this.resolve(raw, scope)));
  }

  /** As {@link Templar.template}, but containers work out their members when asked, and undefined is a value. */
  resolve(raw: unknown, scope: Scope): unknown {
    if (typeof raw === "string") return isTemplate(raw) ? this.#render(raw, scope, VALUE_LAYOUT) : raw;
    if (raw instanceof UnsafeText) return raw.value;
    if (raw instanceof Secret) return raw.reveal();
    if (raw instanceof VaultText) return this.#decrypted(raw, scope);
    if (Array.isArray(raw)) return raw.map((item: unknown) => this.resolve(item, scope));
    if (isDict(raw)) return new LazyDict(raw, (item) => this.resolve(item, scope));
    return raw;
  }

  /** A whole file as a template, to text. */
  renderText(source: string, scope: Scope, layout: TemplateLayout = FILE_LAYOUT): string {
    return this.#guarded(() => new Evaluation(this, scope).text(this.#parsed(source, layout)));
  }

  /** Counts one step of work against the budget. */
  step(cost = 1): void {
    this.#steps += cost;
    if (this.#steps > MAX_STEPS) throw new ExpressionError("the template takes too many steps");
  }

  #decrypted(raw: VaultText, scope: Scope): unknown {
    if (this.options.decrypt === undefined)
      throw new ExpressionError("Attempting to decrypt but no vault secrets found.");
    return this.resolve(this.options.decrypt(raw.ciphertext), scope);
  }

  #render(source: string, scope: Scope, layout: TemplateLayout): unknown {
    return this.#guarded(() => {
      try {
        return new Evaluation(this, scope).native(this.#parsed(source, layout));
      } catch (error) {
        if (error instanceof UndefinedError) return new Undefined(error.message);
        throw error;
      }
    });
  }

  #parsed(source: string, layout: TemplateLayout): readonly TemplateNode[] {
    const key = `${layout.trimBlocks}${layout.lstripBlocks}${layout.literalTexts}${source}`;
    let nodes = this.#templates.get(key);
    if (nodes === undefined) {
      nodes = parseTemplate(source, layout);
      if (this.#templates.size < MAX_CACHED) this.#templates.set(key, nodes);
    }
    return nodes;
  }

  #guarded<T>(work: () => T): T {
    if (this.#nesting === 0) this.#steps = 0;
    if (this.#nesting >= MAX_NESTING)
      throw new ExpressionError("Recursive loop detected in template: maximum recursion depth exceeded");
    this.#nesting++;
    try {
      return work();
    } catch (error) {
      if (error instanceof RangeError) throw new ExpressionError("the template is nested too deeply", { cause: error });
      throw error;
    } finally {
      this.#nesting--;
    }
  }
}

/** Whether a text holds template marks. */
export function isTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("{%") || text.includes("{#");
}
