import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { sweep } from "./sweep.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(onConnection: () => void = () => {}): Promise<number> {
  const server = createServer((socket) => {
    onConnection();
    socket.on("error", () => {}).resume();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("open, closed and silent places are told apart", async () => {
  const port = await listen();
  const found = new Map<string, string>();
  // 192.0.2.0/24 is for documentation (RFC 5737): nothing answers there.
  const places = [{ address: "127.0.0.1" }, { address: "127.0.0.1", port: 1 }, { address: "192.0.2.77" }];
  for await (const { address, port: at, state } of sweep(places, { port, timeoutMilliseconds: 300 })) {
    found.set(`${address} ${at === port ? "ssh" : at}`, state);
  }
  expect(Object.fromEntries(found)).toEqual({
    "127.0.0.1 ssh": "open",
    "127.0.0.1 1": "closed",
    "192.0.2.77 ssh": "filtered",
  });
});

test("a whole /22 on loopback is swept, every address once, never with more sockets than allowed", async () => {
  const port = await listen();
  const places = Array.from({ length: 1022 }, (_, index) => ({ address: `127.${index >> 8}.${index & 255}.9` }));
  const open = () =>
    process.getActiveResourcesInfo().filter((name) => /TCPSocketWrap|TCPConnectWrap/.test(name)).length;
  const before = open();
  let most = 0;
  const seen = new Set<string>();
  for await (const { address } of sweep(places, { port, concurrency: 64 })) {
    most = Math.max(most, open() - before);
    seen.add(address);
  }
  expect(seen.size).toBe(1022);
  // A connection that is being made counts as socket and as request.
  expect(most).toBeLessThanOrEqual(2 * 64);
});

test("names and addresses are taken one by one: an endless list is never read ahead", async () => {
  const port = await listen();
  let taken = 0;
  function* endless() {
    for (;;) {
      taken += 1;
      yield { address: "127.0.0.1" };
    }
  }
  let seen = 0;
  for await (const _ of sweep(endless(), { port, concurrency: 8 })) {
    seen += 1;
    if (seen === 100) break;
  }
  expect(taken).toBeLessThanOrEqual(100 + 2 * 8);
});

test("an aborted sweep ends", async () => {
  const stop = new AbortController();
  const places = Array.from({ length: 50 }, () => ({ address: "192.0.2.77" }));
  const ended = (async () => {
    for await (const _ of sweep(places, { port: 22, timeoutMilliseconds: 60_000, signal: stop.signal }));
  })();
  stop.abort();
  await ended;
});
