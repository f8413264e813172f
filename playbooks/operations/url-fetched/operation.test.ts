import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startHttpServer } from "#test/fakes/http-server.ts";
import { requestMade } from "../request-made/operation.ts";
import { openTrial, type Trial } from "../testing.ts";
import { digestFor, urlFileName } from "./checksum.ts";
import { urlFetched } from "./operation.ts";

let trial: Trial;
let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeEach(async () => {
  [trial, server] = await Promise.all([openTrial(), startHttpServer()]);
});
afterEach(async () => {
  await Promise.all([trial.close(), server.close()]);
});

/** A PATH with everything that is used but the named programs. */
async function pathWithout(...missing: string[]): Promise<{ PATH: string }> {
  await mkdir(trial.path("bin"));
  for (const name of await readdir("/usr/bin")) {
    if (!missing.includes(name)) await symlink(`/usr/bin/${name}`, trial.path("bin", name));
  }
  return { PATH: trial.path("bin") };
}

describe("get_url", () => {
  it.each([["curl"], ["wget"]])("downloads by %s, and not again what is not newer", async (tool) => {
    const environment = await pathWithout(tool === "curl" ? "wget" : "curl");
    const raw = { url: `${server.url}/file.txt`, dest: trial.path("made"), mode: "0640" };
    const first = (await trial.run(urlFetched, raw, { environment })).result;
    expect(first).toMatchObject({ changed: true, status_code: 200, msg: "OK (20 bytes)", mode: "0640", size: 20 });
    expect(await readFile(trial.path("made"), "utf8")).toBe("content of the file\n");
    const second = (await trial.run(urlFetched, raw, { environment })).result;
    expect(second).toMatchObject({ changed: false, status_code: 304 });
    const moved = { url: `${server.url}/moved`, dest: `${trial.folder}/` };
    expect((await trial.run(urlFetched, moved, { environment })).result.dest).toBe(trial.path("file.txt"));
    const absent = { url: `${server.url}/absent`, dest: trial.path("absent") };
    expect((await trial.run(urlFetched, absent, { environment })).result).toMatchObject({
      failed: true,
      response: "HTTP Error 404: Not Found",
    });
    expect((await readdir(trial.folder)).sort()).toEqual(["bin", "file.txt", "made"]);
  });

  it("leaves the old file when the download is not what was asked for", async () => {
    await writeFile(trial.path("old"), "old");
    const raw = { url: `${server.url}/file.txt`, dest: trial.path("old"), checksum: "sha1:abc" };
    expect((await trial.run(urlFetched, raw)).result).toMatchObject({ failed: true });
    expect(await readFile(trial.path("old"), "utf8")).toBe("old");
    expect(await readdir(trial.folder)).toEqual(["old"]);
  });

  it("names the programs it needs", async () => {
    const environment = await pathWithout("curl", "wget");
    const raw = { url: `${server.url}/file.txt`, dest: trial.path("made") };
    expect((await trial.run(urlFetched, raw, { environment })).result.msg).toContain("curl or wget is needed");
  });
});

describe("uri by wget", () => {
  it("sends body and headers, and reads JSON", async () => {
    const environment = await pathWithout("curl");
    const raw = {
      url: `${server.url}/echo`,
      method: "PUT",
      body: { a: 1 },
      body_format: "json",
      headers: { "X-A": "b" },
    };
    const { result } = await trial.run(requestMade, raw, { environment });
    expect(result.json).toMatchObject({
      method: "PUT",
      body: '{"a": 1}',
      headers: { "x-a": "b", "content-type": "application/json", "user-agent": "ansible-httpget" },
    });
    const login = { url: `${server.url}/private`, url_username: "me", url_password: "secret", return_content: true };
    expect((await trial.run(requestMade, login, { environment })).result.content).toBe("welcome\n");
    const refused = (await trial.run(requestMade, { url: `${server.url}/teapot` }, { environment })).result;
    expect(refused).toMatchObject({ failed: true, status: 418, x_kind: "pot", json: { kind: "teapot" } });
  });
});

it("finds a digest in lists of any kind", () => {
  expect(digestFor("a.tgz", "abc  a.tgz\ndef *b\n")).toBe("abc");
  expect(digestFor("b", "abc  a.tgz\ndef *b\n")).toBe("def");
  expect(digestFor("b", "SHA256 (b) = 123\n")).toBe("123");
  expect(digestFor("anything", "123\n")).toBe("123");
  expect(digestFor("c", "abc  a.tgz\n")).toBeUndefined();
  expect(urlFileName("http://h/a/b.txt?x=/y#z")).toBe("b.txt");
  expect(urlFileName("http://h/a/")).toBe("index.html");
  expect(urlFileName("http://h")).toBe("index.html");
});
