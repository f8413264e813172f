import { ExpressionSyntaxError } from "./errors.ts";
import { parseExpression } from "./parser.ts";

/** The marks of a template and how it treats the white space around them, as Jinja2 names them. */
export interface TemplateLayout {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  readonly lineStatementPrefix: string | undefined;
  readonly lineCommentPrefix: string | undefined;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  readonly newlineSequence: string;
  readonly keepTrailingNewline: boolean;
  /** Backslashes in text literals of `{{ }}` stand for themselves: how Ansible reads texts that come from YAML. */
  readonly literalTexts: boolean;
}

/** A template file, as Ansible's `template` reads it unless told otherwise. */
export const FILE_LAYOUT: TemplateLayout = {
  blockStart: "{%",
  blockEnd: "%}",
  variableStart: "{{",
  variableEnd: "}}",
  commentStart: "{#",
  commentEnd: "#}",
  lineStatementPrefix: undefined,
  lineCommentPrefix: undefined,
  trimBlocks: true,
  lstripBlocks: false,
  newlineSequence: "\n",
  keepTrailingNewline: false,
  literalTexts: false,
};

/** A text in a playbook or inventory. */
export const VALUE_LAYOUT: TemplateLayout = { ...FILE_LAYOUT, literalTexts: true };

/** How the first line of a template begins that says how to read the rest. */
export const HEADER = "#jinja2:";
const NAMES: Readonly<Record<string, keyof TemplateLayout>> = {
  block_start_string: "blockStart",
  block_end_string: "blockEnd",
  variable_start_string: "variableStart",
  variable_end_string: "variableEnd",
  comment_start_string: "commentStart",
  comment_end_string: "commentEnd",
  line_statement_prefix: "lineStatementPrefix",
  line_comment_prefix: "lineCommentPrefix",
  trim_blocks: "trimBlocks",
  lstrip_blocks: "lstripBlocks",
  newline_sequence: "newlineSequence",
  keep_trailing_newline: "keepTrailingNewline",
};

/** The text after a `#jinja2:` header line and the layout that line asks for. Throws ExpressionSyntaxError. */
export function readHeader(
  source: string,
  layout: TemplateLayout,
): { readonly source: string; readonly layout: TemplateLayout } {
  if (!source.startsWith(HEADER)) return { source, layout };
  const end = source.indexOf("\n");
  if (end === -1) throw new ExpressionSyntaxError(`Missing newline after '${HEADER}' override.`);
  const changes = new Map<string, unknown>();
  for (const pair of source.slice(HEADER.length, end).split(",")) {
    if (pair.trim() === "") throw new ExpressionSyntaxError(`Empty '${HEADER}' override pair not allowed.`);
    const colon = pair.indexOf(":");
    if (colon === -1)
      throw new ExpressionSyntaxError(`Missing key-value separator \`:\` in '${HEADER}' override pair '${pair}'.`);
    changes.set(pair.slice(0, colon).trim(), literal(pair.slice(colon + 1)));
  }
  return { source: source.slice(end + 1), layout: withOverrides(layout, changes) };
}

function literal(text: string): unknown {
  const expression = parseExpression(text.trim());
  if (expression.type !== "constant") throw new ExpressionSyntaxError(`malformed value '${text.trim()}'`);
  return expression.value;
}

/** The layout with options by Jinja2's names (`trim_blocks`, `variable_start_string`, …). Throws ExpressionSyntaxError. */
export function withOverrides(layout: TemplateLayout, changes: ReadonlyMap<string, unknown>): TemplateLayout {
  const changed: Record<string, unknown> = { ...layout };
  for (const [name, value] of changes) {
    const option = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (option === undefined) throw new ExpressionSyntaxError(`Invalid '${HEADER}' override key '${name}'.`);
    const wanted = option.startsWith("trim") || option.startsWith("lstrip") || option.startsWith("keep");
    const isOptional = option.startsWith("line") && value === null;
    if (!isOptional && typeof value !== (wanted ? "boolean" : "string"))
      throw new ExpressionSyntaxError(`${name} must be ${wanted ? "a bool" : "a str"}`);
    changed[option] = value ?? undefined;
  }
  const made = changed as unknown as TemplateLayout;
  if (new Set([made.blockStart, made.variableStart, made.commentStart]).size < 3)
    throw new ExpressionSyntaxError("Block, variable and comment start strings must be different.");
  if (!["\n", "\r\n", "\r"].includes(made.newlineSequence))
    throw new ExpressionSyntaxError("newline_sequence must be one of \\n, \\r\\n and \\r");
  return made;
}
