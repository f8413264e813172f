import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageProxyScript } from "./package-cache.ts";
import { neverChanges, packageCacheServer, pruneCache } from "./server.ts";

const PACKAGE = "/debian/pool/main/c/chrony/chrony_4.6-1_amd64.deb";
const content = Buffer.alloc(300_000, "x");

let directory: string;
let upstream: Server;
let cache: Server;
let asked: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "package-cache-"));
  asked = [];
  upstream = createServer((incoming, response) => {
    asked.push(incoming.url ?? "");
    if (incoming.url === "/cut.deb") {
      response.writeHead(200, { "content-length": 1000 }).write("part");
      setTimeout(() => response.destroy(), 20);
    } else if (incoming.url?.includes("missing")) response.writeHead(404).end("no");
    else if (incoming.headers["if-modified-since"] !== undefined) response.writeHead(304).end();
    else response.writeHead(200, { "content-length": content.length }).end(content);
  });
  cache = packageCacheServer({ directory, upstreams: ["127.0.0.1"], admits: () => true });
  for (const server of [upstream, cache]) await once(server.listen(0, "127.0.0.1"), "listening");
});

afterEach(async () => {
  upstream.close();
  cache.close();
  await rm(directory, { recursive: true, force: true });
});

function urlOf(path: string): string {
  return `http://127.0.0.1:${(upstream.address() as AddressInfo).port}${path}`;
}

async function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Buffer }> {
  const { port } = cache.address() as AddressInfo;
  const outgoing = request({ host: "127.0.0.1", port, path: url, headers }).end();
  const [answer] = await once(outgoing, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, body: Buffer.concat(chunks) };
}

describe("the package cache", () => {
  it("fetches a package once, whoever asks and however many at once", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => get(urlOf(PACKAGE))));
    answers.push(await get(urlOf(PACKAGE), { range: "bytes=100-" }));
    expect(answers.map(({ status, body }) => [status, body.equals(content)])).toEqual(Array(5).fill([200, true]));
    expect(asked).toEqual([PACKAGE]);
    expect(await readdir(directory)).toEqual([expect.stringMatching(/^[0-9a-f]{24}-chrony_4.6-1_amd64.deb$/)]);
  });

  it("passes on what may change, with the client's conditions", async () => {
    const release = "/debian/dists/trixie/InRelease";
    expect((await get(urlOf(release))).body.equals(content)).toBe(true);
    expect((await get(urlOf(release), { "if-modified-since": "Mon, 23 Nov 2026 00:00:00 GMT" })).status).toBe(304);
    expect(asked).toEqual([release, release]);
    expect(await readdir(directory)).toEqual([]);
  });

  it("keeps neither refusals nor what was cut off", async () => {
    expect((await get(urlOf("/missing.deb"))).status).toBe(404);
    await expect(get(urlOf("/cut.deb"))).rejects.toThrow();
    expect(await readdir(directory)).toEqual([]);
  });

  it("asks only the archives it is for, and serves only whom it is for", async () => {
    expect((await get("http://169.254.169.254/secret.deb")).status).toBe(403);
    expect((await get("/no-proxy-request.deb")).status).toBe(403);
    cache.close();
    cache = packageCacheServer({ directory, upstreams: ["127.0.0.1"], admits: () => false });
    await once(cache.listen(0, "127.0.0.1"), "listening");
    expect((await get(urlOf(PACKAGE))).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it("drops what was not asked for in a month, and old remains", async () => {
    const now = Date.now();
    const daysAgo = (days: number) => new Date(now - days * 86_400_000);
    for (const [name, days] of [
      ["new.deb", 1],
      ["old.deb", 31],
      ["cut.deb.1.part", 1],
    ] as const) {
      await writeFile(join(directory, name), "");
      await utimes(join(directory, name), daysAgo(days), daysAgo(days));
    }
    await pruneCache(directory, now);
    expect(await readdir(directory)).toEqual(["new.deb"]);
  });

  it("knows what never changes", () => {
    expect(neverChanges(PACKAGE)).toBe(true);
    expect(neverChanges(`/debian/dists/trixie/main/by-hash/SHA256/${"0a".repeat(32)}`)).toBe(true);
    expect(neverChanges("/debian/dists/trixie/InRelease")).toBe(false);
    expect(neverChanges("/debian/dists/trixie/main/binary-amd64/Packages.xz")).toBe(false);
  });
});

describe("the program apt asks for a proxy", () => {
  const ask = (port: number, url: string) => {
    const script = packageProxyScript({ gateway: "127.0.0.1", port, hosts: ["deb.example"] });
    return spawnSync("bash", ["-c", script, "lab-apt-proxy", url], { encoding: "utf8" }).stdout.trim();
  };

  it("names the cache for its archives while it answers, and none otherwise", async () => {
    const { port } = cache.address() as AddressInfo;
    expect(ask(port, "http://deb.example/debian/")).toBe(`http://127.0.0.1:${port}`);
    expect(ask(port, "https://deb.example/debian/")).toBe("DIRECT");
    expect(ask(port, "http://elsewhere.example/debian/")).toBe("DIRECT");
    cache.close();
    cache.closeAllConnections();
    expect(ask(port, "http://deb.example/debian/")).toBe("DIRECT");
  });
});
