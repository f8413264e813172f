/** Words a free-form module takes as arguments even inside its text. */
const FREE_FORM_OPTIONS: ReadonlySet<string> = new Set([
  "chdir",
  "creates",
  "executable",
  "removes",
  "stdin",
  "stdin_add_newline",
  "strip_empty_ends",
  "warn",
]);

/**
 * Arguments written as text behind a module's name: `key=value` words, quotes and templates kept whole. For a free-form
 * module the rest of the text is the argument `freeForm`. Undefined when a word is no argument.
 */
export function parseArgumentText(text: string, freeForm: string | undefined): Map<string, unknown> | undefined {
  const found = new Map<string, unknown>();
  const rest: string[] = [];
  for (const word of splitWords(text)) {
    // A name may be a template of its own, where the whole text is words.
    const match = /^((?:\{\{(?:(?!\}\}).)*\}\}|[^\s={])+?)=(.*)$/s.exec(withoutEscapes(word.trim()));
    const [, name = "", value = ""] = match ?? [];
    if (match !== null && (freeForm === undefined || freeForm === "file" || FREE_FORM_OPTIONS.has(name)))
      found.set(name, unquote(value));
    else if (freeForm === undefined && word.trim() !== "") return undefined;
    else rest.push(word);
  }
  // Line ends behind a block of text belong to it; a backslash of its own at the end of a line continues it.
  const body = rest
    .join("")
    .trimStart()
    .replace(/[ \t]+$/, "")
    .replace(/(\s)\\\n\s*/g, "$1");
  if (freeForm !== undefined && body !== "") found.set(freeForm, freeForm === "file" ? unquote(body) : body);
  return found;
}

/** Splits at white space outside quotes and outside `{{ }}`, `{% %}`; each word keeps the white space before it. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const pair = text.slice(at, at + 2);
    if (quote === "" && (pair === "{{" || pair === "{%")) depth++;
    else if (quote === "" && depth > 0 && (pair === "}}" || pair === "%}")) {
      depth--;
      word += pair;
      at++;
      continue;
    } else if (depth === 0 && (char === "'" || char === '"') && text[at - 1] !== "\\") {
      if (quote === "") quote = char;
      else if (quote === char) quote = "";
    } else if (/\s/.test(char) && quote === "" && depth === 0 && word.trim() !== "") {
      words.push(word);
      word = "";
    }
    word += char;
  }
  if (word !== "") words.push(word);
  return words;
}

/** `text` with the escapes that the original decodes in words: those of one letter, and characters by their numbers. */
function withoutEscapes(text: string): string {
  return text.replace(
    /\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g,
    (whole, long?: string, short?: string, byte?: string, letter?: string) => {
      const number = long ?? short ?? byte;
      if (number !== undefined) return String.fromCodePoint(Number.parseInt(number, 16));
      return ESCAPES[letter ?? ""] ?? letter ?? whole;
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** `text` without the quotes around it. */
export function unquote(text: string): string {
  return /^(["'])[\s\S]*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
