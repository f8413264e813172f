import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { Fact } from "#playbooks/facts/fact.ts";
import { facts } from "#playbooks/facts/registry.ts";
import { probeScript, sectionsOf } from "./probe-script.ts";

function fact(name: Fact["name"], sections: Record<string, string>): Fact {
  return { name, title: "", sections, parse: () => ({ value: null, unknown: [] }) };
}

function run(shell: readonly string[], some: readonly Fact[]) {
  const script = probeScript(some);
  const [command = "", ...args] = shell;
  const { stdout, stderr } = spawnSync(command, [...args, script.text], { encoding: "utf8" });
  return { found: sectionsOf(script, { stdout, stderr }), script, stdout, stderr };
}

test.each([[["dash", "-c"]], [["bash", "--posix", "-c"]]])(
  "under %j every section's output, complaints and status come back apart",
  (shell) => {
    const { found } = run(shell, [
      fact("identity", { plain: "echo one; echo two >&2", empty: "", "no-newline": "printf 'end without newline'" }),
      fact("memory", { "failing-one": "echo before; exit 3", quotes: `echo "it's" '"quoted"'`, cat: "cat" }),
    ]);
    expect(found.get("identity")).toEqual({
      plain: { stdout: "one\n", stderr: "two\n", status: 0 },
      empty: { stdout: "", stderr: "", status: 0 },
      "no-newline": { stdout: "end without newline", stderr: "", status: 0 },
    });
    expect(found.get("memory")).toEqual({
      "failing-one": { stdout: "before\n", stderr: "", status: 3 },
      quotes: { stdout: `it's "quoted"\n`, stderr: "", status: 0 },
      cat: { stdout: "", stderr: "", status: 0 },
    });
  },
);

test("a section that breaks, leaves a trap or kills its shell harms no other", () => {
  const { found } = run(
    ["sh", "-c"],
    [
      fact("identity", {
        broken: "if then fi (",
        exec: "exec true",
        killed: "kill -9 $$",
        shell: "cd /; set -e; false",
      }),
      fact("memory", { after: "pwd >/dev/null; echo fine" }),
    ],
  );
  expect(found.get("identity")?.["broken"]?.status).toBe(2);
  expect(found.get("identity")?.["killed"]?.status).toBeNull();
  expect(found.get("memory")?.["after"]).toEqual({ stdout: "fine\n", stderr: "", status: 0 });
});

test("output that was cut off anywhere gives whole sections and one without a status, never an error", () => {
  const { script, stdout, stderr } = run(
    ["sh", "-c"],
    [fact("identity", { one: "echo 1", two: "echo 2" }), fact("memory", { three: "echo 3" })],
  );
  for (let length = 0; length <= stdout.length; length++) {
    const cut = sectionsOf(script, { stdout: stdout.slice(0, length), stderr });
    const unfinished = [...cut.values()]
      .flatMap((sections) => Object.values(sections))
      .filter((one) => one?.status === null);
    expect(unfinished.length).toBeLessThanOrEqual(1);
  }
});

test("a server that prints another boundary, or nothing at all, is read as nothing", () => {
  const script = probeScript([]);
  expect(sectionsOf(script, { stdout: "\n@@0123 begin identity one\nx\n@@0123 end 0\n", stderr: "" }).size).toBe(0);
  expect(sectionsOf(script, { stdout: "", stderr: "" }).size).toBe(0);
});

test("the clock is read first, and the script of all facts is valid shell", () => {
  const { text } = probeScript(facts);
  expect(text.split("\n").find((line) => line.startsWith("s "))).toMatch(/^s time clock /);
  for (const shell of ["dash", "bash"]) execFileSync(shell, ["-n"], { input: text });
});
