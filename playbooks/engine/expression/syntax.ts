/** The syntax tree of an expression. */
export type Expression =
  | { readonly type: "constant"; readonly value: unknown }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "list"; readonly items: readonly Expression[] }
  | { readonly type: "dict"; readonly pairs: readonly (readonly [Expression, Expression])[] }
  | { readonly type: "concat"; readonly parts: readonly Expression[] }
  | { readonly type: "unary"; readonly operator: "-" | "+" | "not"; readonly operand: Expression }
  | { readonly type: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: "logic"; readonly operator: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: "compare";
      readonly first: Expression;
      readonly rest: readonly { readonly operator: string; readonly operand: Expression }[];
    }
  | {
      readonly type: "choice";
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression | undefined;
    }
  | { readonly type: "attribute"; readonly target: Expression; readonly name: string }
  | { readonly type: "item"; readonly target: Expression; readonly key: Expression }
  | {
      readonly type: "slice";
      readonly target: Expression;
      readonly start: Expression | undefined;
      readonly stop: Expression | undefined;
      readonly step: Expression | undefined;
    }
  | { readonly type: "call"; readonly target: Expression; readonly arguments: CallArguments }
  | { readonly type: "filter"; readonly input: Expression; readonly name: string; readonly arguments: CallArguments }
  | {
      readonly type: "test";
      readonly input: Expression;
      readonly name: string;
      readonly arguments: CallArguments;
      readonly negated: boolean;
    };

export interface CallArguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  readonly rest?: Expression;
  readonly namedRest?: Expression;
}

/** The syntax tree of a template: text, `{{ }}` and the statements between `{%` and `%}`. */
export type TemplateNode =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "output"; readonly expression: Expression }
  | {
      readonly type: "if";
      readonly branches: readonly { readonly condition: Expression; readonly body: readonly TemplateNode[] }[];
      readonly otherwise: readonly TemplateNode[];
    }
  | {
      readonly type: "for";
      readonly targets: readonly string[];
      readonly items: Expression;
      readonly condition: Expression | undefined;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly type: "set"; readonly targets: readonly string[]; readonly value: Expression }
  | {
      readonly type: "set-block";
      readonly target: string;
      readonly filter: Expression | undefined;
      readonly body: readonly TemplateNode[];
    }
  | {
      readonly type: "with";
      readonly bindings: readonly (readonly [string, Expression])[];
      readonly body: readonly TemplateNode[];
    }
  | { readonly type: "filter-block"; readonly filter: Expression; readonly body: readonly TemplateNode[] }
  | {
      readonly type: "macro";
      readonly name: string;
      readonly parameters: readonly { readonly name: string; readonly default: Expression | undefined }[];
      readonly body: readonly TemplateNode[];
    }
  | { readonly type: "break" }
  | { readonly type: "continue" };
