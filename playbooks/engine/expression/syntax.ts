/** The syntax tree of an expression. */
export type Expression =
  | { readonly type: "constant"; readonly value: unknown }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "list"; readonly items: readonly Expression[] }
  | { readonly type: "tuple"; readonly items: readonly Expression[] }
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
