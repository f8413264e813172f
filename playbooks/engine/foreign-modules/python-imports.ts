/** One imported name as the source writes it. `level` counts the leading dots of a relative import. */
export interface PythonImport {
  readonly level: number;
  /** What stands after `from` without its dots, or after `import`; empty for `from . import x`. */
  readonly module: string;
  /** What is imported from it; undefined for a plain `import`. */
  readonly name: string | undefined;
  /** It stands inside a function, a condition or a `try`: the source can do without it. */
  readonly isOptional: boolean;
}

/**
 * The import statements of a Python source, found without Python: comments and strings are taken out, lines that go on are
 * joined, and what is left of `import` and `from … import` is read. Source that is no Python gives no error here.
 */
export function pythonImports(source: string): PythonImport[] {
  return logicalLines(source).flatMap((line) => {
    const isOptional = /^\s/.test(line) || !/^(?:from|import)\b/.test(line);
    return statements(line).flatMap((statement) => importsOf(statement, isOptional));
  });
}

/** Statements of one line: those after `;`, and the one after the colon of `try:` or `else:`. */
function statements(line: string): string[] {
  return line.split(";").map((part) => /(?:^|:)\s*((?:from|import)\b.*)$/.exec(part.trim())?.[1] ?? "");
}

function importsOf(statement: string, isOptional: boolean): PythonImport[] {
  const from = /^from\s*(\.*)\s*([\w.]*)\s*import\b\s*\(?([^)]*)\)?\s*$/.exec(statement);
  if (from !== null) {
    const [, dots = "", module = "", names = ""] = from;
    return nameList(names).map((name) => ({ level: dots.length, module, name, isOptional }));
  }
  const plain = /^import\s+(.*)$/.exec(statement);
  return nameList(plain?.[1] ?? "").map((module) => ({ level: 0, module, name: undefined, isOptional }));
}

/** `a, b as c` as `a` and `b`. */
function nameList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim().split(/\s+as\s+/)[0] ?? "")
    .filter((name) => /^[\w.*]+$/.test(name));
}

const TOKEN = /#[^\n]*|[A-Za-z]{0,2}("""|''')|[A-Za-z]{0,2}(["'])|\\\r?\n|[()[\]{}]|\n/;

/** Lines as Python joins them, without comments and with every string replaced by `""`. */
function logicalLines(source: string): string[] {
  const lines: string[] = [];
  let line = "";
  let depth = 0;
  let at = 0;
  const token = new RegExp(TOKEN, "g");
  for (let found = token.exec(source); found !== null; found = token.exec(source)) {
    line += source.slice(at, found.index);
    const [text, long, short] = found;
    at = token.lastIndex;
    if (long !== undefined || short !== undefined) {
      at = stringEnd(source, at, long ?? short ?? "");
      token.lastIndex = at;
      line += '""';
    } else if (text === "\n" && depth === 0) {
      lines.push(line);
      line = "";
    } else if (text === "\n" || text.startsWith("\\")) line += " ";
    else if (/^[([{]/.test(text)) {
      depth++;
      line += text;
    } else if (/^[)\]}]/.test(text)) {
      depth = Math.max(0, depth - 1);
      line += text;
    }
  }
  return [...lines, line + source.slice(at)];
}

/** Where a string that began before `from` ends; a short one ends with its line at the latest. */
function stringEnd(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source.startsWith(quote, at)) return at + quote.length;
    else if (source[at] === "\n" && quote.length === 1) return at;
  }
  return source.length;
}
