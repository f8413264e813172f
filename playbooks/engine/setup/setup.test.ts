import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectLocal } from "../../connectors/local/local.ts";
import { factsOf } from "./facts.ts";
import { gatherScript, sectionsOf } from "./gather-script.ts";
import { iniSections } from "./local-facts.ts";
import { resolver } from "./network-facts.ts";
import { chosenCollectors } from "./subsets.ts";

function chosen(...asked: string[]): string[] {
  const collectors = chosenCollectors(asked);
  if (typeof collectors === "string") throw new Error(collectors);
  return [...collectors];
}

describe("subsets", () => {
  it("starts from min, adds, takes away, and keeps what is named", () => {
    expect(chosen()).toContain("hardware");
    expect(chosen("!all")).toContain("platform");
    expect(chosen("!all")).not.toContain("network");
    expect(chosen("!all", "!min")).toEqual([]);
    expect(chosen("!all", "!min", "local")).toEqual(["local"]);
    expect(chosen("all", "!hardware")).not.toContain("hardware");
    expect(chosen("all", "!hardware")).toContain("network");
    expect(chosen("!hardware")).toEqual(chosen("!all"));
    expect(chosen("!all", "!min", "devices")).toEqual(["hardware", "platform"]);
    expect(chosen("!all", "!min", "pkg_mgr")).toEqual(["pkg_mgr", "distribution", "platform"]);
  });

  it("refuses a name it does not know, but not to leave it out", () => {
    expect(chosenCollectors(["nonsense"])).toMatch(
      /^Bad subset 'nonsense' given to Ansible\. .*allowed: all, all_ipv4/,
    );
    expect(chosen("!nonsense")).toContain("platform");
  });
});

describe("facts of this machine", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "facts-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function gather(...asked: string[]) {
    const collectors = new Set(chosen(...asked));
    const connector = connectLocal({ user: userInfo().username });
    const outcome = await connector.run({ script: gatherScript(collectors, { factPath: folder, mountTimeout: 5 }) });
    await connector.close();
    const warnings: string[] = [];
    const facts = factsOf(sectionsOf(outcome.stdout), collectors, (message) => warnings.push(message), folder);
    return { facts: Object.fromEntries(facts), warnings };
  }

  it("reads only what is asked for", async () => {
    const { facts } = await gather("!all", "!min", "loadavg");
    expect(facts).toEqual({
      loadavg: { "1m": expect.any(Number), "5m": expect.any(Number), "15m": expect.any(Number) },
    });
    const min = (await gather("!all")).facts;
    expect(min).toMatchObject({ system: "Linux", user_uid: process.getuid?.(), date_time: { tz: expect.any(String) } });
    expect(min).not.toHaveProperty("mounts");
  });

  it("reads local facts, runs programs once, and says what is wrong with the rest", async () => {
    await writeFile(join(folder, "ini.fact"), "[one]\nKey = v w\n; comment\n");
    await writeFile(join(folder, "bad.fact"), "garbage\n");
    await writeFile(
      join(folder, "run.fact"),
      `#!/bin/sh\necho noise >&2\necho x >>${folder}/ran\necho '{"a": [1, true]}'\n`,
      {
        mode: 0o755,
      },
    );
    await writeFile(join(folder, "fail.fact"), "#!/bin/sh\necho oops >&2\nexit 3\n", { mode: 0o755 });
    await writeFile(join(folder, "bytes.fact"), Buffer.from([0xff, 0xfe]));
    await symlink("/nonexistent", join(folder, "gone.fact"));
    const { facts, warnings } = await gather("!all", "!min", "local");
    expect(facts["local"]).toEqual({
      ini: { one: { key: "v w" } },
      bad: `error loading facts as JSON or ini - please check content: ${folder}/bad.fact`,
      run: { a: [1, true] },
      fail: `Failure executing fact script (${folder}/fail.fact), rc: 3, err: oops\n`,
      bytes: `error loading fact - output of running "${folder}/bytes.fact" was not utf-8`,
      gone: `Could not stat fact (${folder}/gone.fact): [Errno 2] No such file or directory: '${folder}/gone.fact'`,
    });
    expect(warnings).toHaveLength(4);
    const count = await connectLocal({ user: userInfo().username }).run({ script: `wc -l <${folder}/ran` });
    expect(count.stdout.trim()).toBe("1");
  });
});

describe("texts", () => {
  it("reads INI as Python does", () => {
    expect(iniSections("[DEFAULT]\na=1\n[s]\nb: two\n  more\n")).toEqual({ s: { a: "1", b: "two\nmore" } });
    expect(iniSections("a=1\n")).toBeUndefined();
    expect(iniSections("[s]\nnonsense\n")).toBeUndefined();
  });

  it("reads resolv.conf", () => {
    expect(
      resolver("# c\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nsearch a b\noptions ndots:2 rotate\n\u0000"),
    ).toEqual({
      nameservers: ["10.0.0.1", "10.0.0.2"],
      search: ["a", "b"],
      options: { ndots: "2", rotate: true },
    });
  });
});
