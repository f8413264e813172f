import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Call } from "./call.ts";
import { PLAYBOOK_OPTIONS } from "./option-table.ts";
import { readWords } from "./options.ts";
import { playbookProgram } from "./playbook.ts";

const read = (...words: string[]) => readWords("ansible-playbook", PLAYBOOK_OPTIONS, words);

describe("words, as argparse reads them", () => {
  test("options anywhere, joined, shortened, repeated", () => {
    const words = read("a.yml", "-vvi", "hosts", "-v", "--lim=web", "-e", "x=1", "b.yml", "-ex=2", "--", "-C");
    expect(words.counts.get("verbosity")).toBe(3);
    expect(words.lists.get("inventory")).toEqual(["hosts"]);
    expect(words.lists.get("extraVariables")).toEqual(["x=1", "x=2"]);
    expect(words.texts.get("limit")).toBe("web");
    expect(words.rest).toEqual(["a.yml", "b.yml", "-C"]);
    expect(words.flags.has("check")).toBe(false);
  });

  test.each([
    [["--nothing"], "unrecognized arguments: --nothing"],
    [["-i"], "argument -i/--inventory/--inventory-file: expected one argument"],
    [["-f", "many"], "argument -f/--forks: invalid int value: 'many'"],
    [["--list"], "ambiguous option: --list could match --list-hosts, --list-tasks, --list-tags"],
    [["--check=yes"], "argument -C/--check: ignored explicit argument 'yes'"],
  ])("%j is refused", (words, message) => {
    expect(() => read(...words)).toThrow(expect.objectContaining({ code: "PLAYBOOKS_COMMAND_LINE_INVALID" }));
    expect(() => read(...words)).toThrow(message);
  });
});

describe("exit codes", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bdap-command-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function run(words: readonly string[]) {
    let [out, error] = ["", ""];
    const textOf = (words: string | Uint8Array) => Buffer.from(words).toString("utf8");
    const call: Call = {
      program: "ansible-playbook",
      words,
      around: { environment: {}, workingFolder: folder, homeFolder: folder },
      terminal: {
        out: (text) => {
          out += textOf(text);
        },
        error: (text) => {
          error += textOf(text);
        },
        columns: undefined,
        isInteractive: false,
        ask: async () => "",
        input: async () => "",
        inputBytes: async () => new Uint8Array(),
      },
      signal: new AbortController().signal,
    };
    return { exitCode: await playbookProgram(call), out, error };
  }

  const playText = (task: string) => JSON.stringify([{ hosts: "all", gather_facts: false, tasks: [JSON.parse(task)] }]);

  test.each([
    ["all well", ["a.yml"], '{"debug": {"msg": "hi"}}', 0, "ok: [h] =>", ""],
    ["a host failed", ["a.yml"], '{"fail": {"msg": "no"}}', 2, "fatal: [h]: FAILED!", ""],
    ["no such playbook", ["b.yml"], '{"fail": {}}', 1, "", "the playbook: b.yml could not be found"],
    ["a wrong keyword", ["a.yml"], '{"debug": {}, "wehn": 1}', 4, "", "wehn"],
    ["a limit that leaves nobody", ["a.yml", "-l", "x"], '{"debug": {}}', 1, "", "leaves us with no hosts to target"],
    ["variables that are none", ["a.yml", "-e", "[1]"], '{"debug": {}}', 5, "", "could not be made into a dictionary"],
    ["no playbook", [], '{"debug": {}}', 2, "", "the following arguments are required: playbook"],
  ])("%s", async (_what, words, task, exitCode, out, error) => {
    await writeFile(join(folder, "a.yml"), playText(task));
    const ending = await run([...words, "-i", "h,", "-c", "local"]);
    expect(ending.error).toContain(error);
    expect(ending.out).toContain(out);
    expect(ending.exitCode).toBe(exitCode);
  });

  test("a journal has every event, one document a line", async () => {
    await writeFile(join(folder, "a.yml"), playText('{"debug": {"msg": "hi"}}'));
    const { out } = await run(["a.yml", "-i", "h,", "-c", "local", "--json", "--journal", "events"]);
    const { readFile } = await import("node:fs/promises");
    expect(await readFile(join(folder, "events"), "utf8")).toBe(out);
    const types = out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toContain("task-result");
    expect(types.at(-1)).toBe("recap");
  });
});
