import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";

export interface PackageCacheOptions {
  /** Where packages are kept; shared by all labs of the machine. */
  readonly directory: string;
  /** The only hosts it fetches from. */
  readonly upstreams: readonly string[];
  /** The proxy through which it fetches, as a URL. */
  readonly upstreamProxy?: string | undefined;
  /** Whether a client's address may use it. */
  readonly admits: (address: string) => boolean;
}

const UNUSED_MS = 30 * 24 * 3_600_000;

/**
 * An HTTP proxy for apt that keeps what never changes (packages and index files named by their hash) and passes on the
 * rest. Several servers may share a directory: a file appears under its name only when it is whole.
 */
export function packageCacheServer(options: PackageCacheOptions): Server {
  const fetching = new Map<string, Promise<boolean>>();
  return createServer((incoming, response) => {
    serve(incoming, response, options, fetching).catch(() => {
      if (!response.headersSent) response.writeHead(502);
      response.destroy();
    });
  });
}

/** Removes what no host asked for in 30 days, and what was cut off while being fetched. */
export async function pruneCache(directory: string, now: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    const limit = name.endsWith(".part") ? 3_600_000 : UNUSED_MS;
    if (now - mtimeMs > limit) await rm(path, { force: true });
  }
}

/** Whether what lies at `path` of an archive can never be anything else. */
export function neverChanges(path: string): boolean {
  return /\.u?deb$/.test(path) || /\/by-hash\/(SHA256|SHA512)\/[0-9a-f]+$/.test(path);
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: PackageCacheOptions,
  fetching: Map<string, Promise<boolean>>,
): Promise<void> {
  const url = URL.canParse(incoming.url ?? "") ? new URL(incoming.url ?? "") : undefined;
  const isAllowed =
    options.admits(incoming.socket.remoteAddress ?? "") &&
    (incoming.method === "GET" || incoming.method === "HEAD") &&
    url?.protocol === "http:" &&
    options.upstreams.includes(url.hostname);
  if (!isAllowed || url === undefined) {
    response
      .writeHead(403, { "content-type": "text/plain" })
      .end("This cache serves the lab's package archives only.\n");
    return;
  }
  if (incoming.method !== "GET" || !neverChanges(url.pathname)) {
    await passOn(url, incoming, response, options);
    return;
  }
  const file = join(options.directory, fileNameOf(url));
  if ((await sendFile(file, response)) || ((await fetching.get(file)) === true && (await sendFile(file, response))))
    return;
  const fetched = fetchInto(file, url, incoming, response, options);
  fetching.set(
    file,
    fetched.catch(() => false),
  );
  try {
    await fetched;
  } finally {
    fetching.delete(file);
  }
}

async function sendFile(file: string, response: ServerResponse): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return false;
  const now = new Date();
  await utimes(file, now, now);
  response.writeHead(200, { "content-length": found.size, "content-type": "application/octet-stream" });
  await pipeline(createReadStream(file), response);
  return true;
}

async function passOn(
  url: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
  options: PackageCacheOptions,
): Promise<void> {
  const answer = await askUpstream(url, incoming, options);
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}

/** Sends what upstream sends and keeps it; true when the whole file was kept. A client that leaves does not stop it. */
async function fetchInto(
  file: string,
  url: URL,
  incoming: IncomingMessage,
  response: ServerResponse,
  options: PackageCacheOptions,
): Promise<boolean> {
  const answer = await askUpstream(url, incoming, options);
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (answer.statusCode !== 200) {
    await pipeline(answer, response);
    return false;
  }
  const part = `${file}.${randomBytes(4).toString("hex")}.part`;
  const target = await open(part, "wx");
  let received = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      received += chunk.length;
      await target.write(chunk);
      if (!response.destroyed && !response.write(chunk)) {
        await Promise.race([once(response, "drain"), once(response, "close")]);
      }
    }
    const expected = Number(answer.headers["content-length"] ?? received);
    if (received !== expected) throw new Error(`${url.href}: ${received} of ${expected} bytes`);
    await target.close();
    await rename(part, file);
    response.end();
    return true;
  } finally {
    await target.close().catch(() => undefined);
    await rm(part, { force: true });
  }
}

async function askUpstream(
  url: URL,
  incoming: IncomingMessage,
  options: PackageCacheOptions,
): Promise<IncomingMessage> {
  // No part of a file: the whole one is kept, and apt takes a whole file where it asked for the rest of one.
  const { range: _range, "if-range": _ifRange, "proxy-connection": _connection, ...headers } = incoming.headers;
  const via = options.upstreamProxy === undefined ? undefined : new URL(options.upstreamProxy);
  const outgoing = request({
    host: via?.hostname ?? url.hostname,
    port: via?.port || (via === undefined ? url.port || 80 : 3128),
    path: via === undefined ? `${url.pathname}${url.search}` : url.href,
    method: incoming.method,
    headers: { ...headers, ...proxyAuthorization(via), host: url.host, connection: "close" },
    timeout: 60_000,
  });
  outgoing.on("timeout", () => outgoing.destroy(new Error(`${url.host} does not answer`)));
  outgoing.end();
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return answer;
}

function proxyAuthorization(proxy: URL | undefined): Record<string, string> {
  if (proxy === undefined || proxy.username === "") return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function fileNameOf(url: URL): string {
  const digest = createHash("sha256").update(url.href).digest("hex").slice(0, 24);
  return `${digest}-${basename(decodeURIComponent(url.pathname))
    .replaceAll(/[^A-Za-z0-9._+~-]/g, "_")
    .slice(-150)}`;
}
