import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** A small web server on the loopback for what makes requests: it answers by path, and says what it was sent. */
export async function startHttpServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => answer(request, Buffer.concat(parts), response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const MODIFIED = new Date("2020-01-02T03:04:05Z");
const SHA256 = "0d07caf1f0ff3bf5cf0ec4f3cb4b4e9a3e2c4a2ee0d62e1a4fb9bf6a4cf5d4f5";

function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const path = new URL(request.url ?? "/", "http://server").pathname;
  response.sendDate = false;
  const send = (status: number, headers: Record<string, string>, content: string | Buffer) => {
    const bytes = Buffer.from(content);
    response.writeHead(status, { "Content-Length": String(bytes.length), ...headers });
    response.end(request.method === "HEAD" ? undefined : bytes);
  };
  const text = { "Content-Type": "text/plain; charset=utf-8" };
  switch (path) {
    case "/file.txt": {
      const since = request.headers["if-modified-since"];
      if (since !== undefined && new Date(since) >= MODIFIED) {
        response.writeHead(304).end();
        return;
      }
      send(200, { ...text, "Last-Modified": MODIFIED.toUTCString() }, "content of the file\n");
      return;
    }
    case "/named":
      send(200, { ...text, "Content-Disposition": 'attachment; filename="given.txt"' }, "named\n");
      return;
    case "/sums":
      send(200, text, `${SHA256}  other.txt\n82feefb5fa2be6a6b95e0e9a5e7d5c7ad0e2b1fa  wrong\n`);
      return;
    case "/moved":
      send(302, { Location: "/file.txt" }, "");
      return;
    case "/packed":
      send(200, { ...text, "Content-Encoding": "gzip" }, gzipSync("unpacked\n"));
      return;
    case "/cookies":
      response.setHeader("Set-Cookie", ["one=1; Path=/", "two=2; Path=/"]);
      send(200, text, "cookies\n");
      return;
    case "/teapot":
      send(418, { "Content-Type": "application/json", "X-Kind": "pot" }, '{"kind": "teapot"}');
      return;
    case "/private":
      if (request.headers.authorization === `Basic ${Buffer.from("me:secret").toString("base64")}`) {
        send(200, text, "welcome\n");
      } else send(401, { ...text, "WWW-Authenticate": 'Basic realm="private"' }, "who are you?\n");
      return;
    case "/echo": {
      const shown = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => /^(content-type|x-|user-agent|cache-control)/.test(name)),
      );
      const told = { method: request.method, body: body.toString("utf8"), headers: shown };
      send(200, { "Content-Type": "application/json" }, JSON.stringify(told));
      return;
    }
    default:
      send(404, text, "no such thing\n");
  }
}
