import fc from "fast-check";

const VARIABLES = [
  "name",
  "number",
  "negative",
  "pi",
  "flag",
  "nothing",
  "list",
  "words",
  "users",
  "dict",
  "greeting",
  "lazy.good",
  "missing",
  "text",
  "indirect",
];
const OPERATORS = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"];
const TESTS = [
  "defined",
  "undefined",
  "none",
  "string",
  "number",
  "integer",
  "float",
  "mapping",
  "sequence",
  "iterable",
  "boolean",
  "true",
  "false",
  "truthy",
  "falsy",
  "even",
  "odd",
  "upper",
  "lower",
  "all",
  "any",
  "eq 1",
  "in [1, 'a']",
  "contains('a')",
  "match('a')",
  "search('[0-9]+')",
  "divisibleby 2",
  "sameas true",
];
const FILTERS = [
  ...[
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "length",
    "list",
    "first",
    "last",
    "sort",
    "reverse",
    "unique",
    "join('-')",
  ],
  ...["int", "float", "bool", "string", "abs", "round", "round(1)", "default('d')", "default('d', true)", "type_debug"],
  ...[
    "to_json",
    "to_nice_json",
    "quote",
    "hash('md5')",
    "b64encode",
    "regex_replace('a', 'b')",
    "regex_search('[a-z]')",
  ],
  ...[
    "regex_findall('[a-z]')",
    "map('string') | list",
    "select('string') | list",
    "reject('none') | list",
    "flatten",
    "sum",
  ],
  ...[
    "min",
    "max",
    "dict2items",
    "items | list",
    "combine({'z': 1})",
    "ternary('y', 'n')",
    "mandatory",
    "replace('a', 'b')",
  ],
  ...[
    "split('o')",
    "batch(2)",
    "slice(2)",
    "zip([1, 2])",
    "product([1]) | list",
    "dictsort",
    "indent(2)",
    "truncate(5, true)",
  ],
  ...["center(9)", "wordcount", "urlencode", "comment", "basename", "splitext", "human_readable", "pprint"],
];

const literal = fc.oneof(
  fc.integer({ min: -20, max: 200 }).map(String),
  fc.constantFrom("0.5", "-2.25", "1.0", "1e3", "true", "false", "none", "''", "'a'", "'Hello World'", "'5'", "'é☃'"),
  fc.constantFrom(
    "[]",
    "[1, 2, 3]",
    "['b', 'a']",
    "{}",
    "{'a': 1, 'b': [2]}",
    "(1, 'x')",
    "[[1], [2, 3]]",
    "range(4) | list",
  ),
);

const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  atom: fc.oneof(literal, fc.constantFrom(...VARIABLES)),
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    tie("atom"),
    fc.tuple(tie("expression"), fc.constantFrom(...FILTERS)).map(([input, filter]) => `(${input}) | ${filter}`),
    fc
      .tuple(tie("expression"), fc.constantFrom(...OPERATORS), tie("expression"))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc
      .tuple(tie("expression"), fc.constantFrom("is", "is not"), fc.constantFrom(...TESTS))
      .map(([input, is, test]) => `(${input}) ${is} ${test}`),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([yes, condition, no]) => `(${yes}) if (${condition}) else (${no})`),
    fc
      .tuple(tie("expression"), fc.constantFrom("[0]", "[-1]", "[1:]", "[::-1]", "['a']", ".a", ".b"))
      .map((parts) => `(${parts[0]})${parts[1]}`),
    fc.array(tie("expression"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `{'a': ${a}, 'k': ${b}}`),
  ),
}));

/** Expressions, and templates with some in their text and statements: all sorts of types under all sorts of filters. */
export const anyTemplate: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: expression, weight: 4 },
  { arbitrary: expression.map((one) => `{{ ${one} }}`), weight: 1 },
  { arbitrary: fc.tuple(expression, expression).map(([a, b]) => `a {{ ${a} }} b {{ ${b} }}`), weight: 1 },
  { arbitrary: expression.map((one) => `{% set x = ${one} %}{{ x }}!`), weight: 1 },
  { arbitrary: expression.map((one) => `{% if ${one} %}yes{% else %}no{% endif %}`), weight: 1 },
  {
    arbitrary: fc
      .tuple(expression, expression)
      .map(([items, one]) => `{% for i in ${items} %}{{ loop.index }}{{ i }}{{ ${one} }};{% else %}none{% endfor %}`),
    weight: 1,
  },
);
