import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startHttpServer } from "#test/fakes/http-server.ts";
import { openTrial, type Trial } from "../testing.ts";
import { formEncoded } from "./body.ts";
import { requestMade } from "./operation.ts";

let trial: Trial;
let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeEach(async () => {
  [trial, server] = await Promise.all([openTrial(), startHttpServer()]);
});
afterEach(async () => {
  await Promise.all([trial.close(), server.close()]);
});

const ask = async (path: string, raw: Record<string, unknown> = {}, options = {}) =>
  (await trial.run(requestMade, { url: server.url + path, ...raw }, options)).result;

describe("uri", () => {
  it("gives headers by name, cookies and content", async () => {
    expect(await ask("/cookies", { return_content: true })).toMatchObject({
      changed: false,
      status: 200,
      content: "cookies\n",
      cookies: { one: "1", two: "2" },
      content_type: "text/plain; charset=utf-8",
      redirected: false,
    });
  });

  it("fails on any status that is not wished for", async () => {
    expect(await ask("/absent")).toMatchObject({
      failed: true,
      msg: "Status code was 404 and not [200]: HTTP Error 404: Not Found",
    });
    expect(await ask("/absent", { status_code: [404] })).not.toHaveProperty("failed");
  });

  it("sends forms with files", async () => {
    await writeFile(trial.path("a.txt"), "in a file");
    const body = {
      name: "value",
      file: { filename: "a.txt", multipart_encoding: "7or8bit" },
      more: { content: "x", filename: "b.json" },
    };
    const result = await ask("/echo", { method: "POST", body, body_format: "form-multipart" });
    const told = result.json as { body: string; headers: Record<string, string> };
    expect(told.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(told.body).toContain('name="file"; filename="a.txt"\r\n\r\nin a file\r\n');
    expect(told.body).toContain(
      'Content-Type: application/json\r\nContent-Disposition: form-data; name="more"; filename="b.json"',
    );
    expect((await ask("/echo", { body: [1], body_format: "form-multipart" })).msg).toContain("body must be mapping");
  });

  it("asks nothing when a path says so, or under check mode", async () => {
    expect(await ask("/", { creates: trial.folder })).toMatchObject({ changed: false, stdout: expect.anything() });
    expect(await ask("/", {}, { check: true })).toMatchObject({ skipped: true });
  });
});

it("encodes forms as Python does", () => {
  expect(formEncoded({ a: "x y&~*(!)", b: [1, true], c: null })).toBe("a=x+y%26~%2A%28%21%29&b=1&b=True");
  expect(
    formEncoded([
      ["a", 1],
      ["a", "é"],
    ]),
  ).toBe("a=1&a=%C3%A9");
  expect(() => formEncoded(["a"])).toThrow("unpack");
});
