import { ExpressionError } from "../errors.ts";
import { toBool } from "../filters/numbers.ts";
import { textArgument } from "../methods.ts";
import { pythonRegExp } from "../regular-expression.ts";
import { pythonString, truthy } from "../values.ts";
import { keyValues } from "./key-values.ts";
import { findLocal, readText } from "./local-files.ts";
import type { Lookup } from "./lookup.ts";

type Section = ReadonlyMap<string, string | null>;

/** `ini`: the value of a key in a section of an INI file, or of a Java properties file. */
export const ini: Lookup = (terms, given, context) => {
  const options = new Map(given);
  return terms.flatMap((term) => {
    const text = textArgument(term);
    let key = text;
    if (text.includes("=") || text.trim().includes(" ")) {
      const inline = keyValues(text);
      key = inline.rest;
      for (const [name, value] of inline.options) options.set(name, value);
    }
    const flag = (name: string, otherwise: boolean) => toBool(options.get(name) ?? otherwise);
    const file = pythonString(options.get("file") ?? "ansible.ini");
    const path = findLocal(file, "files", context);
    if (path === undefined) throw new ExpressionError("Invalid filename None.");
    const isProperties = options.get("type") === "properties";
    const sensitive = flag("case_sensitive", false);
    const source = (isProperties ? "[java_properties]\n" : "") + readText(path, file, context);
    const sections = readIni(source, sensitive, flag("allow_no_value", false) || flag("allow_none", false));
    const name = isProperties ? "java_properties" : pythonString(options.get("section") ?? "global");
    const section = sections.get(name);
    if (section === undefined) throw new ExpressionError(`No section '${name}' in '${file}'.`);
    const all = new Map([...(sections.get("DEFAULT") ?? []), ...section]);
    const value = (found: string | null) => (flag("interpolation", true) ? interpolated(found, all, 0) : found);
    if (flag("re", false)) {
      const pattern = pythonRegExp(`(?:${key})`);
      const anchored = new RegExp(pattern.source, pattern.flags.replace("g", "y"));
      return [...all]
        .filter(([one]) => {
          anchored.lastIndex = 0;
          return anchored.test(one);
        })
        .map(([, found]) => value(found));
    }
    const found = all.get(sensitive ? key : key.toLowerCase());
    const result = found === undefined ? (options.get("default") ?? "") : value(found);
    return result === null ? [] : [truthy(result) || result === "" ? result : result];
  });
};

function readIni(text: string, sensitive: boolean, allowsNoValue: boolean): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string | null>>();
  let section: Map<string, string | null> | undefined;
  let key: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const bare = line.trim();
    if (/^[#;]/.test(bare)) continue;
    if (bare === "") continue;
    if (/^\s/.test(line) && key !== undefined && section !== undefined && section.get(key) !== null) {
      section.set(key, `${section.get(key)}\n${bare}`);
      continue;
    }
    const head = /^\[([^\]]+)\]/.exec(bare);
    if (head?.[1] !== undefined) {
      section = sections.get(head[1]) ?? new Map();
      sections.set(head[1], section);
      key = undefined;
      continue;
    }
    const match = /^(.*?)\s*[=:]\s*(.*)$/.exec(bare);
    const name = (match?.[1] ?? bare).trim();
    if (section === undefined) throw new ExpressionError("File contains no section headers.");
    if (match === null && !allowsNoValue)
      throw new ExpressionError(
        `Source contains parsing errors: '<???>'\n\t[line ${String(index + 1).padStart(2)}]: '${line}\\n'`,
      );
    key = sensitive ? name : name.toLowerCase();
    if (section.has(key)) throw new ExpressionError("Duplicate option in the file.");
    section.set(key, match === null ? null : (match[2] ?? ""));
  }
  return sections;
}

/** `%(name)s` stands for another value, `%%` for a percent sign. */
function interpolated(value: string | null, all: Section, depth: number): string | null {
  if (value === null || !value.includes("%")) return value;
  if (depth > 10) throw new ExpressionError("Recursion limit exceeded in value substitution");
  return value.replace(/%(?:%|\(([^)]+)\)s|(.?))/g, (_whole, name: string | undefined, other: string | undefined) => {
    if (name === undefined && other === undefined) return "%";
    if (name === undefined) throw new ExpressionError(`'%' must be followed by '%' or '(', found: '%${other}'`);
    const found = all.get(name.toLowerCase());
    if (found === undefined)
      throw new ExpressionError(
        `Bad value substitution: option contains an interpolation key '${name}' which is not a valid option name.`,
      );
    return interpolated(found, all, depth + 1) ?? "";
  });
}
