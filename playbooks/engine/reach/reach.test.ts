import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSshConfig } from "../../connectors/ssh/ssh-config.ts";
import { readSshArguments } from "./ssh-arguments.ts";

describe("words for the ssh program", () => {
  test("what is honoured, what changes nothing, what nobody understands", () => {
    const text = `-C -o ControlMaster=auto -o "ProxyJump ops@gate:2222" -p 2200 -oUser=a -o User=b -w 3 -F none`;
    const { options, configFile, unknown } = readSshArguments(text);
    expect(Object.fromEntries(options)).toEqual({ proxyjump: "ops@gate:2222", port: "2200", user: "a" });
    expect(configFile).toBe("none");
    expect(unknown).toEqual(["-w", "3"]);
  });

  test("an option with quotes within", () => {
    const { options } = readSshArguments(`-o ProxyCommand='ssh -W %h:%p -q ops@gate'`);
    expect(options.get("proxycommand")).toBe("ssh -W %h:%p -q ops@gate");
  });
});

test("ssh_config: the first value said counts, patterns, Match, Include", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bdap-ssh-config-"));
  try {
    await writeFile(join(folder, "more"), "Host node*\n  Port 2201\n");
    await writeFile(
      join(folder, "config"),
      [
        "Include more",
        "Host !node9 node?",
        "  User=ops",
        "Match host other",
        "  User nobody",
        "Match exec true",
        "  Port 1",
        "Host *",
        "  User rest",
        "  Port 22",
      ].join("\n"),
    );
    const read = (host: string) => readSshConfig([join(folder, "config")], host, { home: folder, system: folder });
    expect(Object.fromEntries(await read("node1"))).toEqual({ port: "2201", user: "ops" });
    expect((await read("node9")).get("user")).toBe("rest");
    expect(Object.fromEntries(await read("other"))).toEqual({ user: "nobody", port: "22" });
    expect((await readSshConfig([join(folder, "none")], "x", { home: folder, system: folder })).size).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
