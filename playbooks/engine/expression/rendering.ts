import { BlockReference, TemplateReference } from "./block-reference.ts";
import { concatenated } from "./concatenation.ts";
import { deferred, ExpressionError, Undefined, UndefinedError } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { LoopContext } from "./loop-context.ts";
import { Macro } from "./macro.ts";
import { Namespace } from "./namespace.ts";
import { EMPTY_SCOPE, LocalScope } from "./scope.ts";
import type { Expression } from "./syntax.ts";
import { TemplateModule } from "./template-module.ts";
import type { TemplateSource } from "./template-source.ts";
import type { BlockNode, Body, ForNode, MacroNode, ParsedTemplate, Target, TemplateNode } from "./template-syntax.ts";
import { itemsOf, pythonString, truthy, typeName } from "./values.ts";

/** Where a statement stands. */
interface Frame {
  readonly evaluation: Evaluation;
  readonly scope: LocalScope;
  /** Names set here are the template's own: seen by its blocks and by who imports it. */
  readonly isTop: boolean;
  /** What is put out here is dropped once the template extends another. */
  readonly isRoot: boolean;
  readonly loopDepth: number;
}

/** Renders one template: runs its statements and collects what they put out. */
export class Rendering {
  readonly #evaluation: Evaluation;
  readonly #templates: TemplateSource;
  readonly #scope: LocalScope;
  readonly #blocks = new Map<string, BlockNode[]>();
  readonly #exported = new Set<string>();
  #parent: ParsedTemplate | undefined;

  constructor(evaluation: Evaluation, templates: TemplateSource) {
    this.#scope = new LocalScope(evaluation.scope);
    this.#evaluation = evaluation.within(this.#scope);
    this.#templates = templates;
  }

  /** What it puts out, piece by piece. */
  parts(template: ParsedTemplate): unknown[] {
    const out: unknown[] = [];
    for (const [name, block] of template.blocks) this.#blocks.set(name, [block]);
    this.#scope.set("self", new TemplateReference((name) => this.#reference(name, 0, this.#scope)));
    const frame: Frame = {
      evaluation: this.#evaluation,
      scope: this.#scope,
      isTop: true,
      isRoot: true,
      loopDepth: 0,
    };
    let current: ParsedTemplate | undefined = template;
    while (current !== undefined) {
      this.#parent = undefined;
      this.#run(current.nodes, frame, out);
      current = this.#parent;
    }
    return out;
  }

  /** Names it set, for who imports it. */
  exports(): ReadonlyMap<string, unknown> {
    return new Map([...this.#exported].map((name) => [name, this.#scope.get(name)]));
  }

  #run(nodes: Body, frame: Frame, out: unknown[]): void {
    for (const node of nodes) this.#node(node, frame, out);
  }

  #node(node: TemplateNode, frame: Frame, out: unknown[]): void {
    const { evaluation } = frame;
    evaluation.templar.step();
    const isDropped = frame.isRoot && this.#parent !== undefined;
    switch (node.type) {
      case "text":
        if (!isDropped) out.push(node.text);
        return;
      case "output":
        if (!isDropped) put(out, evaluation.value(node.expression));
        return;
      case "if": {
        const branch = node.branches.find(({ condition }) => truthy(evaluation.value(condition)));
        this.#run(branch?.body ?? node.otherwise, frame, out);
        return;
      }
      case "for":
        this.#for(node, frame, out);
        return;
      case "set":
        this.#assign(node.target, evaluation.value(node.value), frame);
        return;
      case "set-block":
        this.#assign(node.target, this.#filtered(this.#buffered(node.body, frame), node.filter, evaluation), frame);
        return;
      case "with":
        this.#with(node, frame, out);
        return;
      case "filter-block": {
        const value = this.#filtered(this.#buffered(node.body, frame), node.filter, evaluation);
        if (!isDropped) put(out, value);
        return;
      }
      case "macro":
        this.#assign({ type: "name", name: node.name }, this.#macro(node, frame), frame);
        return;
      case "call": {
        const caller = this.#macro(node.macro, frame);
        const value = evaluation.callWith(node.target, node.arguments, ["caller", caller]);
        if (!isDropped) put(out, value);
        return;
      }
      case "block":
        if (!isDropped) this.#block(node, frame, out);
        return;
      case "extends":
        this.#extends(evaluation.value(node.template));
        return;
      case "include":
        if (!isDropped) this.#include(node, frame, out);
        return;
      case "import":
        this.#name(node.target, this.#module(node.template, node.withContext, frame), frame, false);
        return;
      case "from-import":
        this.#fromImport(node, frame);
        return;
    }
  }

  /** What a body gives on its own: None, its only value, or text. What failed or is undefined in it is its value. */
  #buffered(body: Body, frame: Frame): unknown {
    const scope = new LocalScope(frame.scope);
    const out: unknown[] = [];
    this.#run(body, { ...inner(frame, scope), isRoot: false }, out);
    return safely(() => concatenated(out));
  }

  #filtered(value: unknown, filter: Expression | undefined, evaluation: Evaluation): unknown {
    if (filter === undefined) return value;
    return evaluation.within(new LocalScope(evaluation.scope, [["\0block", value]])).value(filter);
  }

  #for(node: ForNode, frame: Frame, out: unknown[]): void {
    this.#loop(node, frame, frame.evaluation.value(node.items), 0, out);
  }

  #loop(node: ForNode, frame: Frame, over: unknown, depth: number, out: unknown[]): void {
    const { templar } = frame.evaluation;
    const turn = (item: unknown, loop?: LoopContext) => {
      templar.step();
      const scope = new LocalScope(frame.scope, loop === undefined ? [] : [["loop", loop]]);
      const turned = inner(frame, scope);
      this.#assign(node.target, item, turned);
      return turned;
    };
    let items = itemsOf(over);
    const { condition } = node;
    if (condition !== undefined) items = items.filter((item) => truthy(turn(item).evaluation.value(condition)));
    if (items.length === 0) {
      this.#run(node.otherwise, inner(frame, new LocalScope(frame.scope)), out);
      return;
    }
    const again = (more: unknown) =>
      templar.deeper(() => {
        const parts: unknown[] = [];
        this.#loop(node, { ...frame, isRoot: false }, more, depth + 1, parts);
        return concatenated(parts);
      });
    const loop = new LoopContext([...items], depth, node.isRecursive ? again : undefined);
    for (const [index, item] of items.entries()) {
      loop.index0 = index;
      this.#run(node.body, turn(item, loop), out);
    }
  }

  #with(node: TemplateNode & { type: "with" }, frame: Frame, out: unknown[]): void {
    const scope = new LocalScope(frame.scope);
    // What is set in a `with` of the template itself is the template's own, as the original has it.
    const within: Frame = { ...inner(frame, scope), isTop: frame.isTop };
    for (const [target, value] of node.bindings)
      this.#assign(target, frame.evaluation.value(value), { ...within, isTop: false });
    this.#run(node.body, within, out);
  }

  #macro(node: MacroNode, frame: Frame): Macro {
    return new Macro(node, (bound) =>
      frame.evaluation.templar.deeper(() => {
        const scope = new LocalScope(frame.scope, bound);
        const within: Frame = { ...inner(frame, scope), isRoot: false };
        for (const parameter of node.parameters) {
          if (bound.has(parameter.name)) continue;
          const otherwise =
            parameter.default === undefined
              ? new Undefined(`parameter '${parameter.name}' was not provided`, false, parameter.name)
              : within.evaluation.value(parameter.default);
          scope.set(parameter.name, otherwise);
        }
        const out: unknown[] = [];
        this.#run(node.body, within, out);
        return safely(() => concatenated(out));
      }),
    );
  }

  #block(node: BlockNode, frame: Frame, out: unknown[]): void {
    const chosen = this.#blocks.get(node.name) ?? [];
    if (node.isRequired && chosen.length <= 1) throw new ExpressionError(`Required block '${node.name}' not found`);
    this.#blockBody(node.name, 0, node.isScoped ? frame.scope : this.#scope, out);
  }

  #blockBody(name: string, depth: number, outer: LocalScope, out: unknown[]): void {
    const block = this.#blocks.get(name)?.[depth];
    if (block === undefined) return;
    const scope = new LocalScope(outer, [["super", this.#reference(name, depth + 1, outer)]]);
    const evaluation = this.#evaluation.within(scope);
    this.#run(block.body, { evaluation, scope, isTop: false, isRoot: false, loopDepth: 0 }, out);
  }

  #reference(name: string, depth: number, outer: LocalScope): BlockReference | Undefined {
    const known = this.#blocks.get(name) ?? [];
    if (depth === 0 && known.length === 0) return new Undefined(`no block named '${name}'`, false, name);
    if (known[depth] === undefined) return new Undefined(`there is no parent block called '${name}'.`, false, "super");
    return new BlockReference(
      () => {
        const out: unknown[] = [];
        this.#evaluation.templar.deeper(() => this.#blockBody(name, depth, outer, out));
        return concatenated(out);
      },
      () => this.#reference(name, depth + 1, outer),
    );
  }

  #extends(name: unknown): void {
    if (this.#parent !== undefined) throw new ExpressionError("extended multiple times");
    if (Array.isArray(name)) throw new ExpressionError(`unhashable type: '${typeName(name)}'`);
    const parent = this.#templates.load(name);
    for (const [block, node] of parent.blocks) this.#blocks.set(block, [...(this.#blocks.get(block) ?? []), node]);
    this.#parent = parent;
  }

  #include(node: TemplateNode & { type: "include" }, frame: Frame, out: unknown[]): void {
    const template = this.#templates.choose(frame.evaluation.value(node.template), node.ignoresMissing);
    if (template === undefined) return;
    out.push(...this.#other(template, node.withContext, frame).parts);
  }

  #module(name: Expression, withContext: boolean, frame: Frame): TemplateModule {
    const wanted = frame.evaluation.value(name);
    const { parts, exported } = this.#other(this.#templates.load(wanted), withContext, frame);
    return new TemplateModule(pythonString(wanted), parts, exported);
  }

  #other(template: ParsedTemplate, withContext: boolean, frame: Frame) {
    return frame.evaluation.templar.deeper(() => {
      // The names of this template, without those that are about it.
      const own = new LocalScope(frame.scope, [["loop", undefined]]);
      const rendering = new Rendering(frame.evaluation.within(withContext ? own : EMPTY_SCOPE), this.#templates);
      const parts = rendering.parts(template);
      return { parts, exported: rendering.exports() };
    });
  }

  #fromImport(node: TemplateNode & { type: "from-import" }, frame: Frame): void {
    const module = this.#module(node.template, node.withContext, frame);
    for (const [name, alias] of node.names) {
      const value =
        module.attribute(name) ??
        new Undefined(
          `the template '${module.name}' (imported on line ${node.line}) does not export the requested name '${name}'`,
          false,
          name,
        );
      this.#name(alias, value, frame, false);
    }
  }

  #name(name: string, value: unknown, frame: Frame, isExported: boolean): void {
    frame.scope.set(name, value);
    if (!frame.isTop) return;
    if (frame.scope !== this.#scope) this.#scope.set(name, value);
    if (isExported && !name.startsWith("_")) this.#exported.add(name);
    else this.#exported.delete(name);
  }

  #assign(target: Target, value: unknown, frame: Frame): void {
    if (target.type === "name") this.#name(target.name, value, frame, true);
    else if (target.type === "attribute") {
      const holder = frame.evaluation.scope.get(target.name);
      if (!(holder instanceof Namespace)) throw new ExpressionError("cannot assign attribute on non-namespace object");
      holder.assign(target.attribute, value);
    } else {
      for (const [index, part] of unpacked(value, target.targets.length).entries()) {
        const inside = target.targets[index];
        if (inside !== undefined) this.#assign(inside, part, frame);
      }
    }
  }
}

function put(out: unknown[], value: unknown): void {
  if (value instanceof TemplateModule) out.push(...value.parts);
  else out.push(value);
}

function inner(frame: Frame, scope: LocalScope): Frame {
  return { ...frame, evaluation: frame.evaluation.within(scope), scope, isTop: false };
}

function safely(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof UndefinedError) return deferred(error);
    throw error;
  }
}

function unpacked(value: unknown, count: number): readonly unknown[] {
  let parts: readonly unknown[];
  try {
    parts = itemsOf(value);
  } catch (error) {
    if (error instanceof UndefinedError) throw error;
    throw new ExpressionError(`cannot unpack non-iterable ${typeName(value)} object`, { cause: error });
  }
  if (parts.length > count) throw new ExpressionError(`too many values to unpack (expected ${count})`);
  if (parts.length < count)
    throw new ExpressionError(`not enough values to unpack (expected ${count}, got ${parts.length})`);
  return parts;
}
