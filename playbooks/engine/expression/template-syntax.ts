import type { CallArguments, Expression } from "./syntax.ts";

/** What a value is assigned to: a name, an attribute of a namespace, or several. */
export type Target =
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "attribute"; readonly name: string; readonly attribute: string }
  | { readonly type: "tuple"; readonly targets: readonly Target[] };

export type Body = readonly TemplateNode[];

export interface Parameter {
  readonly name: string;
  readonly default: Expression | undefined;
}

export interface MacroNode {
  readonly type: "macro";
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
  /** Whether its body names them; only then it takes more arguments than its parameters, or a caller. */
  readonly takesVarargs: boolean;
  readonly takesKwargs: boolean;
  readonly takesCaller: boolean;
}

export interface BlockNode {
  readonly type: "block";
  readonly name: string;
  readonly body: Body;
  readonly isScoped: boolean;
  readonly isRequired: boolean;
}

export interface ForNode {
  readonly type: "for";
  readonly target: Target;
  readonly items: Expression;
  readonly condition: Expression | undefined;
  readonly isRecursive: boolean;
  readonly body: Body;
  readonly otherwise: Body;
}

/** The syntax tree of a template: text, `{{ }}` and the statements between `{%` and `%}`. */
export type TemplateNode =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "output"; readonly expression: Expression }
  | {
      readonly type: "if";
      readonly branches: readonly { readonly condition: Expression; readonly body: Body }[];
      readonly otherwise: Body;
    }
  | ForNode
  | { readonly type: "set"; readonly target: Target; readonly value: Expression }
  | {
      readonly type: "set-block";
      readonly target: Target;
      readonly filter: Expression | undefined;
      readonly body: Body;
    }
  | { readonly type: "with"; readonly bindings: readonly (readonly [Target, Expression])[]; readonly body: Body }
  | { readonly type: "filter-block"; readonly filter: Expression; readonly body: Body }
  | MacroNode
  | {
      readonly type: "call";
      readonly macro: MacroNode;
      readonly target: Expression;
      readonly arguments: CallArguments;
    }
  | BlockNode
  | { readonly type: "extends"; readonly template: Expression }
  | {
      readonly type: "include";
      readonly template: Expression;
      readonly ignoresMissing: boolean;
      readonly withContext: boolean;
    }
  | {
      readonly type: "import";
      readonly template: Expression;
      readonly target: string;
      readonly withContext: boolean;
    }
  | {
      readonly type: "from-import";
      readonly template: Expression;
      readonly names: readonly (readonly [string, string])[];
      readonly withContext: boolean;
      readonly line: number;
    };

/** A whole template, read. */
export interface ParsedTemplate {
  readonly nodes: Body;
  readonly blocks: ReadonlyMap<string, BlockNode>;
  /** Whether a method that changes a list or dict in place is named in it. */
  readonly mutates: boolean;
}
