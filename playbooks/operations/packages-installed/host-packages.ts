import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { OperationContext } from "../operation.ts";
import { LISTS_TIME } from "./apt-get.ts";

/** One name of the task: `nginx`, `nginx=1.2*`, `nginx>=1.2`, `python3-*`. */
export interface PackageWish {
  readonly name: string;
  readonly operator: "=" | ">=" | undefined;
  readonly version: string;
  /** Whether the name is a pattern. */
  readonly pattern: boolean;
}

export interface HostPackage {
  readonly name: string;
  readonly version: string;
  /** dpkg's word: installed, config-files, half-configured… */
  readonly status: string;
}

/** What dpkg and apt on the host know about the wished packages. */
export interface HostPackages {
  /** The host's clock and the time of its package lists, in seconds. */
  readonly now: number;
  readonly listsTime: number;
  /** Installed ones that apt thinks nobody asked for. */
  readonly automatic: readonly string[];
  matching(wish: PackageWish): readonly HostPackage[];
  /** The version apt would install; known only where asked for. */
  candidate(name: string): string | undefined;
  satisfies(wish: PackageWish, version: string): boolean;
}

export function parseWish(text: string): PackageWish {
  const match = /^(.*?)(>?=)(.*)$/.exec(text);
  const name = match?.[1] ?? text;
  const operator = match?.[2] === "=" || match?.[2] === ">=" ? match[2] : undefined;
  return { name, operator, version: match?.[3] ?? "", pattern: /[*?[\]!]/.test(name) };
}

/** Reads in one round trip; asks apt (slow) only when dpkg's answer is not enough. Gives a message when dpkg is missing. */
export async function readPackages(
  wishes: readonly PackageWish[],
  wants: { readonly latest: boolean; readonly removing: boolean; readonly purge: boolean },
  context: OperationContext,
): Promise<HostPackages | string> {
  // dpkg knows a package of the host's own architecture by its plain name too.
  const names = wishes.flatMap(({ name }) => (name.includes(":") ? [name, name.replace(/:.*$/, "")] : [name]));
  const compared = wishes.filter((wish) => wish.operator === ">=");
  const script = [
    `export LC_ALL=C\n${LISTS_TIME}\necho "now $(date +%s) $(lists_time)"\n`,
    'echo "architecture $(dpkg --print-architecture 2>/dev/null)"\n',
    "command -v dpkg-query >/dev/null || { echo nodpkg; exit 0; }\n",
    `known=$(dpkg-query -W -f 'pkg \${Package} \${binary:Package} \${Version} \${db:Status-Status}\\n' -- ${shellJoin(names)} 2>/dev/null)\nprintf '%s\\n' "$known"\n`,
    wants.removing
      ? ""
      : "awk '/^Package:/{p=$2} /^Auto-Installed: 1/{print \"auto \" p}' /var/lib/apt/extended_states 2>/dev/null\n",
    wants.latest ? `apt-cache policy -- ${shellJoin(names)} 2>/dev/null | sed 's/^/policy /'\n` : "",
    ...compared.map(
      (wish, index) =>
        `installed=$(dpkg-query -W -f '\${Version}' -- ${shellQuote(wish.name)} 2>/dev/null) && dpkg --compare-versions "$installed" ge ${shellQuote(wish.version)} && echo "atleast ${index}"\n`,
    ),
    "true\n",
  ].join("");
  const outcome = await context.read.run(script);
  const lines = outcome.stdout.split("\n");
  if (lines.includes("nodpkg")) return "dpkg is not on this host: the native module serves Debian and its kin only";
  const [now = "0", listsTime = "0"] = fieldsOf(lines, "now")[0] ?? [];
  const found = fieldsOf(lines, "pkg").map(([plain = "", qualified = "", version = "", status = ""]) => ({
    plain,
    qualified,
    name: plain,
    version,
    status,
  }));
  const candidates = parsePolicy(lines);
  const [own = ""] = fieldsOf(lines, "architecture")[0] ?? [];
  const atLeast = new Set(fieldsOf(lines, "atleast").map(([index]) => compared[Number(index)]));
  return {
    now: Number(now),
    listsTime: Number(listsTime),
    automatic: fieldsOf(lines, "auto").map(([name = ""]) => name),
    matching: (wish) => {
      const matcher = expressionOf(wish.name);
      return found.filter(
        ({ plain, qualified }) => matcher.test(plain) || matcher.test(qualified) || matcher.test(`${plain}:${own}`),
      );
    },
    candidate: (name) => candidates.get(name),
    satisfies: (wish, version) => {
      if (wish.operator === "=") return matchesPattern(wish.version, version);
      return wish.operator === undefined || atLeast.has(wish);
    },
  };
}

function fieldsOf(lines: readonly string[], label: string): string[][] {
  return lines.filter((line) => line.startsWith(`${label} `)).map((line) => line.slice(label.length + 1).split(" "));
}

/** `apt-cache policy`: a name with a colon, then indented `Installed:` and `Candidate:`. */
function parsePolicy(lines: readonly string[]): Map<string, string> {
  const candidates = new Map<string, string>();
  let name = "";
  for (const line of lines) {
    if (!line.startsWith("policy ")) continue;
    const text = line.slice("policy ".length);
    const heading = /^(\S+):$/.exec(text)?.[1];
    if (heading !== undefined) name = heading;
    const candidate = /^ {2}Candidate: (\S+)$/.exec(text)?.[1];
    if (candidate !== undefined && candidate !== "(none)") candidates.set(name, candidate);
  }
  return candidates;
}

/** Whether a text matches a file name pattern (`*`, `?`, `[…]`) as a whole. */
export function matchesPattern(pattern: string, text: string): boolean {
  return expressionOf(pattern).test(text);
}

function expressionOf(text: string): RegExp {
  const body = text.replace(/\[!?[^\]]+\]|[.*+?^${}()|\\[\]]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 1) return part.replace("[!", "[^").replaceAll("\\", "\\\\");
    return `\\${part}`;
  });
  return new RegExp(`^${body}$`);
}
