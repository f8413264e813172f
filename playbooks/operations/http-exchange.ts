import { shellQuote } from "#inventory/kernel/shell.ts";
import { curlSettings, wgetSettings } from "./http-client-settings.ts";
import type { HttpRequest } from "./http-request.ts";
import { guarded } from "./path-state.ts";

/** What came back. `status` is -1 when nothing did, and null for addresses without one (`file:`, `ftp:`). */
export interface HttpResponse {
  readonly status: number | null;
  /** In the words of the original: `OK (12 bytes)`, `HTTP Error 404: Not Found`, `Request failed: …`. */
  readonly msg: string;
  /** Where redirections ended; the address asked for when the answer is an error. */
  readonly url: string;
  /** Names in lower case; values of repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly (readonly [string, string])[];
  /** Folder on the host that holds the `body`; only where it was to be kept and the answer is no error. */
  readonly folder: string | undefined;
  /** Content, where asked for. */
  readonly content: Buffer | undefined;
  readonly sha1: string;
  readonly md5: string;
  readonly size: number;
}

export interface Exchange {
  readonly script: string;
  readonly stdin: string;
}

export interface ExchangeOptions {
  /** Leave the body on the host, for whoever removes the folder. */
  readonly keepsBody: boolean;
  /** Print the content: always, never, or unless it is a success (of 200 to 299) that is not JSON. */
  readonly shows: "always" | "never" | "errors-and-json";
  /** Statuses that are a success; 200 alone unless given. */
  readonly successes?: readonly number[];
  /** Folder for the temporary files. */
  readonly base?: string;
}

/**
 * One request by curl, or by wget where there is no curl. Address, headers, passwords and body reach the host through
 * standard input and files that only this user can read.
 */
export function exchange(request: HttpRequest, options: ExchangeOptions): Exchange {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const file = request.body !== undefined && !Buffer.isBuffer(request.body) ? request.body.path : undefined;
  const hasBody = request.body !== undefined;
  const data = file === undefined ? '"$d/request"' : shellQuote(guarded(file));
  const base = options.base === undefined ? '"${TMPDIR:-/tmp}"' : shellQuote(guarded(options.base));
  const successes = (options.successes ?? [200]).join("|");
  const newer = request.newerThan === undefined ? undefined : shellQuote(guarded(request.newerThan));
  const stdin = [curlSettings(request), wgetSettings(request), `${request.url}\n`]
    .map((text) => Buffer.from(text).toString("base64"))
    .concat(body.toString("base64"), "")
    .join("\n");
  const script = [
    "umask 077\n",
    `d=$(mktemp -d ${base}/bdap-http-XXXXXXXX) || exit 70\ntrap 'rm -rf "$d"' EXIT\ncat >"$d/in"\n`,
    'n=1; for f in curl wget url request; do sed -n "${n}p" "$d/in" | base64 -d >"$d/$f"; n=$((n+1)); done\n',
    'rm -f "$d/in"; : >"$d/body"; : >"$d/headers"; : >"$d/words"; end=\n',
    newer === undefined
      ? ""
      : `if [ -f ${newer} ]; then since=$(LC_ALL=C date -u -r ${newer} "+%a, %d %b %Y %H:%M:%S GMT")
printf 'header = "If-Modified-Since: %s"\\n' "$since" >>"$d/curl"; printf 'header = If-Modified-Since: %s\\n' "$since" >>"$d/wget"; fi\n`,
    "if command -v curl >/dev/null 2>&1; then\n",
    `end=$(curl -q -K "$d/curl" ${hasBody ? `--data-binary @${data} ` : ""}-o "$d/body" -D "$d/headers" -w '%{http_code} %{url_effective}' 2>"$d/words"); status=$?\n`,
    "elif command -v wget >/dev/null 2>&1; then\n",
    `LC_ALL=C wget --config="$d/wget" ${hasBody ? `--body-file=${data} ` : ""}-i "$d/url" -O "$d/body" >/dev/null 2>"$d/words"; status=$?\n`,
    `sed -n 's/^  //p' "$d/words" >"$d/headers"; end="wget $(sed -n 's/^--[0-9].*--  //p' "$d/words" | tail -n 1)"\n`,
    "else echo 'tool none'; exit 0; fi\n",
    request.method === "HEAD" ? ': >"$d/body"\n' : "",
    'echo "status $status"; echo "end $(printf %s "$end" | base64 -w0)"\n',
    'echo "headers $(base64 -w0 <"$d/headers")"; echo "words $(tail -c 2000 "$d/words" | base64 -w0)"\n',
    'set -- $(sha1sum <"$d/body") $(md5sum <"$d/body") $(wc -c <"$d/body"); echo "sums $1 $3 $5"\n',
    `code=$(sed -n 's|^HTTP/[0-9.]* *\\([0-9]*\\).*|\\1|p' "$d/headers" | tail -n 1); ok=; case $code in ${successes}) ok=yes ;; '') if [ "$status" = 0 ]; then ok=yes; fi ;; esac\n`,
    shownContent(options.shows),
    options.keepsBody ? 'if [ -n "$ok" ]; then trap - EXIT; echo "folder $d"; fi\n' : "",
  ].join("");
  return { script, stdin };
}

function shownContent(shows: ExchangeOptions["shows"]): string {
  if (shows === "never") return "";
  const print = 'echo "content $(base64 -w0 <"$d/body")"';
  if (shows === "always") return `${print}\n`;
  const isJson = `sed -n 's/^[Cc]ontent-[Tt]ype: *//p' "$d/headers" | grep -Eqi '(json|javascript)'`;
  return `if [ -z "$ok" ] || [ "\${code#[3-9]}" != "$code" ] || ${isJson}; then ${print}; fi\n`;
}

/** What {@link exchange} printed; a text says why there is nothing. */
export function readExchange(output: string, request: HttpRequest): HttpResponse | string {
  const lines = new Map(
    output.split("\n").map((line): [string, string] => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  if (lines.get("tool") === "none")
    return "curl or wget is needed on the host for this, and neither is installed there.";
  const status = Number(lines.get("status") ?? Number.NaN);
  if (Number.isNaN(status)) return "the host gave no answer that could be understood";
  const decoded = (name: string) => Buffer.from(lines.get(name) ?? "", "base64");
  const [code = "", effective = ""] = splitOnce(decoded("end").toString("utf8"));
  const { reason, headers, cookies, code: answered } = lastAnswer(decoded("headers").toString("latin1"));
  const [sha1 = "", md5 = "", size = "0"] = (lines.get("sums") ?? "").split(" ");
  const content = lines.has("content") ? decoded("content") : undefined;
  const common = { headers, folder: lines.get("folder"), content, sha1, md5, size: Number(size) };
  const isHttp = /^https?:/i.test(effective || request.url);
  const http = answered ?? (code === "wget" ? 0 : Number(code));
  if (isHttp && http >= 200 && http < 300 && status === 0) {
    const msg = `OK (${headers["content-length"] ?? "unknown"} bytes)`;
    return { ...common, status: http, msg, url: effective || request.url, cookies };
  }
  if (isHttp && http >= 300) {
    return { ...common, status: http, msg: `HTTP Error ${http}: ${reason}`, url: request.url, cookies: [] };
  }
  if (!isHttp && status === 0) {
    const msg = `OK (${headers["content-length"] ?? size} bytes)`;
    return { ...common, status: null, msg, url: effective || request.url, cookies };
  }
  const msg = `Request failed: <urlopen error ${failureWords(decoded("words").toString("utf8"), status)}>`;
  return { ...common, status: -1, msg, url: request.url, cookies: [], headers: {} };
}

/** What the program complained about, in the words of the original where it has its own. */
function failureWords(complaints: string, status: number): string {
  if (/refused|Couldn't connect|Failed to connect/i.test(complaints)) return "[Errno 111] Connection refused";
  if (/resolve host|unable to resolve/i.test(complaints)) return "[Errno -2] Name or service not known";
  if (/timed out|too slow|Operation timeout/i.test(complaints)) return "timed out";
  const words = complaints.trim().split("\n").at(-1) ?? "";
  return words.replace(/^curl: \(\d+\) /, "") || `the program ended with status ${status}`;
}

interface Answer {
  readonly code: number | undefined;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly cookies: [string, string][];
}

/** The last answer of several: before it come redirections, requests for a password and proxies' own. */
function lastAnswer(text: string): Answer {
  let answer: Answer = { code: undefined, reason: "", headers: {}, cookies: [] };
  let jar: [string, string][] = [];
  for (const line of text.split(/\r?\n/)) {
    const status = /^HTTP\/[\d.]+ +(\d+) *(.*)$/.exec(line);
    if (status !== null) {
      jar = [...answer.cookies];
      answer = { code: Number(status[1]), reason: status[2] ?? "", headers: {}, cookies: jar };
      continue;
    }
    const header = /^([^\s:]+):\s*(.*?)\s*$/.exec(line);
    if (header === null) continue;
    const [, written = "", value = ""] = header;
    const name = written.toLowerCase();
    answer.headers[name] = name in answer.headers ? `${answer.headers[name]}, ${value}` : value;
    const cookie = name === "set-cookie" ? /^([^=;]+)=([^;]*)/.exec(value) : null;
    if (cookie !== null) answer.cookies.push([(cookie[1] ?? "").trim(), (cookie[2] ?? "").trim()]);
  }
  return answer;
}

function splitOnce(text: string): [string, string] {
  const space = text.indexOf(" ");
  return space === -1 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}
