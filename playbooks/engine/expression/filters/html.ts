import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { integerArgument } from "../methods.ts";
import { dictEntries, isDict, itemsOf, pythonString, truthy, typeName } from "../values.ts";
import type { Plugin } from "./plugin.ts";

export const htmlFilters: readonly Plugin[] = [
  { name: "escape", apply: (input) => escapeHtml(pythonString(input)) },
  { name: "e", apply: (input) => escapeHtml(pythonString(input)) },
  { name: "forceescape", apply: (input) => escapeHtml(pythonString(input)) },
  { name: "safe", apply: (input) => pythonString(input) },
  {
    name: "striptags",
    apply: (input) =>
      unescapeHtml(
        pythonString(input)
          .replace(/<!--.*?-->/gs, "")
          .replace(/<[^>]*>/g, "")
          .split(/\s+/)
          .join(" ")
          .trim(),
      ),
  },
  {
    name: "xmlattr",
    apply: (input, given, named) => {
      const space = truthy(bind("xmlattr", ["autospace"], given, named).get("autospace") ?? true);
      if (!isDict(input)) throw new ExpressionError(`'${typeName(input)}' object has no attribute 'items'`);
      const pairs = dictEntries(input).filter(([, value]) => value !== null);
      const text = pairs
        .map(([key, value]) => {
          if (/[\s/>=]/.test(pythonString(key)))
            throw new ExpressionError(`Invalid character in attribute name: '${pythonString(key)}'`);
          return `${escapeHtml(pythonString(key))}="${escapeHtml(pythonString(value))}"`;
        })
        .join(" ");
      return space && text !== "" ? ` ${text}` : text;
    },
  },
  { name: "urlize", apply: (input, given, named) => urlize(pythonString(input), given, named) },
];

const MARKS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => MARKS[char] ?? char);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    return ENTITIES[String(name)] ?? whole;
  });
}

/** Web and mail addresses in a text as links. */
function urlize(text: string, given: readonly unknown[], named: ReadonlyMap<string, unknown>): string {
  const bound = bind("urlize", ["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"], given, named);
  const limit = bound.get("trim_url_limit");
  const most = limit === undefined || limit === null ? undefined : integerArgument(limit);
  const words = new Set(
    pythonString(bound.get("rel") ?? "")
      .split(/\s+/)
      .filter((word) => word !== ""),
  );
  if (truthy(bound.get("nofollow") ?? false)) words.add("nofollow");
  words.add("noopener");
  const rel = ` rel="${escapeHtml([...words].sort().join(" "))}"`;
  const target = bound.get("target");
  const aim = target === undefined || target === null ? "" : ` target="${escapeHtml(pythonString(target))}"`;
  const short = (part: string) => (most !== undefined && part.length > most ? `${part.slice(0, most)}...` : part);
  const schemes = itemsOf(bound.get("extra_schemes") ?? []).map(pythonString);
  const link = (word: string) => {
    if (/^(?:https?:\/\/|www\.)[\w%-]+(?:\.[\w%-]+)*(?::\d{1,5})?(?:[/?#]\S*)?$/i.test(word)) {
      const address = /^https?:\/\//i.test(word) ? word : `https://${word}`;
      return `<a href="${address}"${rel}${aim}>${short(word)}</a>`;
    }
    if (/^mailto:\S+@\w[\w.-]*\.\w+$/i.test(word)) return `<a href="${word}">${short(word.slice(7))}</a>`;
    if (/^\S+@\w[\w.-]*\.\w+$/.test(word) && !word.startsWith("www.") && !word.includes(":"))
      return `<a href="mailto:${word}">${word}</a>`;
    if (schemes.some((scheme) => word !== scheme && word.startsWith(scheme)))
      return `<a href="${word}"${rel}${aim}>${word}</a>`;
    return word;
  };
  return escapeHtml(text)
    .split(/(\s+)/)
    .map((word) => {
      const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? "";
      const rest = word.slice(head.length);
      const tail = /(?:[)>.,\n]|&gt;)+$/.exec(rest)?.[0] ?? "";
      return head + link(rest.slice(0, rest.length - tail.length)) + tail;
    })
    .join("");
}
