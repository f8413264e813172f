import { basename } from "node:path";
import { exchange, readExchange } from "../http-exchange.ts";
import { type HttpRequest, maskedUrl } from "../http-request.ts";
import type { OperationContext } from "../operation.ts";

export interface Checksum {
  readonly algorithm: string;
  readonly digest: string;
}

/** Why there is no checksum; `isBare` when the original says nothing but the message. */
export interface ChecksumProblem {
  readonly msg: string;
  readonly isBare?: boolean;
}

/** Algorithms that coreutils has a program for. */
const ALGORITHMS: readonly string[] = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/** The checksum a task asks for; where it names an address, the host fetches the list from there. */
export async function wantedChecksum(
  written: string,
  request: HttpRequest,
  context: OperationContext,
): Promise<Checksum | ChecksumProblem | undefined> {
  if (written === "") return undefined;
  const colon = written.indexOf(":");
  if (colon === -1) return { msg: "The checksum parameter has to be in format <algorithm>:<checksum>" };
  const algorithm = written.slice(0, colon).toLowerCase();
  let digest = written.slice(colon + 1);
  if (/^(https?|ftp|file):/.test(digest)) {
    const listed = await listedDigest(digest, request, context);
    if (typeof listed !== "string") return listed;
    digest = listed;
  }
  digest = digest.replace(/[^A-Za-z0-9_]+/g, "").toLowerCase();
  if (!/^[0-9a-f]+$/.test(digest)) return { msg: "The checksum format is invalid" };
  if (!ALGORITHMS.includes(algorithm)) {
    return { msg: `Could not hash file with algorithm '${algorithm}'. Available algorithms: ${ALGORITHMS.join(", ")}` };
  }
  return { algorithm, digest };
}

/** The part of an address after its last slash. */
export function urlFileName(url: string): string {
  const path = url.replace(/[?#].*$/, "").replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  return basename(`/${path}`.replace(/\/$/, "/.")).replace(/^\.$/, "") || "index.html";
}

async function listedDigest(
  url: string,
  request: HttpRequest,
  context: OperationContext,
): Promise<string | ChecksumProblem> {
  const { newerThan: _unused, ...rest } = request;
  const asked: HttpRequest = { ...rest, url, method: "GET" };
  const { script, stdin } = exchange(asked, { keepsBody: false, shows: "always" });
  const response = readExchange((await context.read.run(script, { stdin })).stdout, asked);
  if (typeof response === "string") return { msg: response };
  if (response.status !== null && response.status !== 200) {
    return { msg: response.status === -1 ? response.msg : "Request failed" };
  }
  const name = urlFileName(request.url);
  const found = digestFor(name, (response.content ?? Buffer.alloc(0)).toString("utf8"));
  return found ?? { msg: `Unable to find a checksum for file '${name}' in '${maskedUrl(url)}'`, isBare: true };
}

/** The digest of `name` in a list as `sha256sum` or BSD's `sha256` writes it, or in a file with nothing but a digest. */
export function digestFor(name: string, text: string): string | undefined {
  const lines = text.replace(/\n$/, "").split("\n");
  const [only = ""] = lines;
  if (lines.length === 1 && only.trim().split(/\s+/).length === 1) return only;
  for (const line of lines) {
    const bsd = /^(\w+) ?\((.+)\) ?= ([\w.]+)$/.exec(line);
    if (bsd !== null) {
      if (bsd[2] === name) return bsd[3];
      continue;
    }
    const gnu = /^([\w.]+)\s+(?:\*|\.\/|\.)?(.+)$/.exec(line);
    if (gnu?.[2]?.replace(/^[./]+/, "") === name) return gnu[1];
  }
  return undefined;
}
