/**
 * How a module is run: `python` with the Python it shares with others and its arguments in memory; `json-text` with its arguments
 * put into its own text; `json-file` and `words-file` with a file of arguments, as JSON or as `name=value` words; `binary` likewise
 * with JSON, and run as it is. `powershell` is for Windows.
 */
export type ModuleStyle = "python" | "json-text" | "json-file" | "words-file" | "binary" | "powershell";

/** Stands for the arguments in the text of a `json-text` module. */
export const ARGUMENTS_MARK = "<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>";
/** Old modules have this line in place of the import of what modules share. */
export const IMPORT_MARK = "#<<INCLUDE_ANSIBLE_MODULE_COMMON>>";

const IMPORTS_SHARED =
  /from +\.{2,} *module_utils.* +import |(?:from|import) +ansible_collections\.[^.]+\.[^.]+\.plugins\.module_utils|from +ansible\.module_utils.* +import |import +ansible\.module_utils\./;

/** Told by what is in the file, in the order in which the original looks. */
export function moduleStyle(bytes: Buffer): ModuleStyle {
  if (isBinary(bytes)) return "binary";
  const text = bytes.toString("latin1");
  if (text.includes(IMPORT_MARK) || IMPORTS_SHARED.test(text)) return "python";
  if (text.includes("# POWERSHELL_COMMON") || /#(?:Requires -(?:Module|Version)|AnsibleRequires -\w+)/i.test(text))
    return "powershell";
  if (text.includes(ARGUMENTS_MARK)) return "json-text";
  return text.includes("WANT_JSON") ? "json-file" : "words-file";
}

/** Whether there is a byte that no text has among the first thousand. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 1024).some((byte) => byte === 0x7f || (byte < 0x20 && !TEXT_CONTROLS.has(byte)));
}

const TEXT_CONTROLS: ReadonlySet<number> = new Set([7, 8, 9, 10, 12, 13, 27]);

/** The interpreter in a module's first line and its arguments; undefined when there is none. */
export function shebangOf(
  bytes: Buffer,
): { readonly program: string; readonly arguments: readonly string[] } | undefined {
  const [first = ""] = bytes.subarray(0, 1024).toString("utf8").split("\n");
  if (!first.startsWith("#!")) return undefined;
  const [program, ...rest] = first.slice(2).trim().split(/\s+/);
  return program === undefined || program === "" ? undefined : { program, arguments: rest };
}
