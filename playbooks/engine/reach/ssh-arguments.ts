/** What words meant for the ssh program ask for. */
export interface SshArguments {
  /** `-o` options by name in lower case, the first said of each; `-p`, `-l`, `-i`, `-J`, `-A` as the options they stand for. */
  readonly options: ReadonlyMap<string, string>;
  /** `-F`: the only configuration file to read. */
  readonly configFile: string | undefined;
  /** Words nobody here understands. */
  readonly unknown: readonly string[];
}

/** Letters of ssh that stand for an option with a value. */
const VALUES: Readonly<Record<string, string>> = { p: "port", l: "user", i: "identityfile", J: "proxyjump" };

/** Letters that change nothing here: compression, quietness, address family, no terminal. */
const SILENT = "Cqv46TtnNxX";

/** Options that say how the ssh program itself works, or that hold here anyway. */
const HARMLESS: ReadonlySet<string> = new Set([
  "addressfamily",
  "batchmode",
  "checkhostip",
  "compression",
  "controlmaster",
  "controlpath",
  "controlpersist",
  "escapechar",
  "forwardx11",
  "gssapiauthentication",
  "gssapidelegatecredentials",
  "hashknownhosts",
  "identitiesonly",
  "kbdinteractiveauthentication",
  "loglevel",
  "numberofpasswordprompts",
  "passwordauthentication",
  "preferredauthentications",
  "pubkeyauthentication",
  "requesttty",
  "sendenv",
  "serveralivecountmax",
  "serveraliveinterval",
  "tcpkeepalive",
  "updatehostkeys",
]);

const HONOURED: ReadonlySet<string> = new Set([
  "connecttimeout",
  "forwardagent",
  "hostname",
  "identityagent",
  "identityfile",
  "port",
  "proxycommand",
  "proxyjump",
  "stricthostkeychecking",
  "user",
  "userknownhostsfile",
]);

/** Reads `ansible_ssh_common_args` and its kin: what the ssh program would take. */
export function readSshArguments(text: string): SshArguments {
  const words = shellWords(text);
  const options = new Map<string, string>();
  const unknown: string[] = [];
  let configFile: string | undefined;
  const note = (written: string) => {
    const [, name = "", value = ""] = /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s.exec(written.trim()) ?? [];
    const key = name.toLowerCase();
    if (HONOURED.has(key)) {
      if (!options.has(key)) options.set(key, value);
    } else if (!HARMLESS.has(key)) unknown.push(`-o ${written}`);
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, letter = "", rest = ""] = /^-([A-Za-z0-9])(.*)$/s.exec(word) ?? [];
    if (letter === "o") note(rest === "" ? (words.shift() ?? "") : rest);
    else if (letter === "F") configFile = rest === "" ? words.shift() : rest;
    else if (letter === "A" && rest === "") note("ForwardAgent=yes");
    else if (VALUES[letter] !== undefined) note(`${VALUES[letter]}=${rest === "" ? (words.shift() ?? "") : rest}`);
    else if (letter === "" || !SILENT.includes(letter)) unknown.push(word);
  }
  return { options, configFile, unknown };
}

/** Words as a POSIX shell would split them, without expanding anything. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"') word = (word ?? "") + (text[++at] ?? "");
      else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (char === "\\") word = (word ?? "") + (text[++at] ?? "");
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}
