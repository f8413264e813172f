import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandRun } from "#playbooks/operations/command-run/operation.ts";
import { fileCopied } from "#playbooks/operations/file-copied/operation.ts";
import { linePresent } from "#playbooks/operations/line-present/operation.ts";
import { pathInspected } from "#playbooks/operations/path-inspected/operation.ts";
import { pathPresent } from "#playbooks/operations/path-present/operation.ts";
import { operations } from "#playbooks/operations/registry.ts";
import { openTrial, type Trial } from "#playbooks/operations/testing.ts";

/** Folders of playbooks that both engines run: what they name is compared with the original. */
const COMPARISONS = ["../../test/integration/system-modules/playbooks", "../engine/cases/playbooks"];
const OPERATIONS = fileURLToPath(new URL("../../playbooks/operations", import.meta.url));

/** Words before a colon in those playbooks, modules among them. */
const tasks = new Set(
  COMPARISONS.flatMap((folder) =>
    readdirSync(join(OPERATIONS, folder))
      .filter((file) => file.endsWith(".yml"))
      .flatMap((file) => [...readFileSync(join(OPERATIONS, folder, file), "utf8").matchAll(/(\w+):(?: |$)/gm)])
      .map(([, word = ""]) => word),
  ),
);

test("every folder is an operation of its name, and every one is listed", () => {
  const folders = readdirSync(OPERATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(operations.map((operation) => operation.name).sort()).toEqual(folders.sort());
});

test("a module is answered by one operation", () => {
  const modules = operations.flatMap((operation) => operation.modules);
  expect(modules).toEqual([...new Set(modules)]);
  for (const module of modules) expect(module).toMatch(/^[a-z]+\.[a-z]+\.[a-z0-9_]+$/);
});

test("the folder has a map that names every operation and module", () => {
  const readme = readFileSync(join(OPERATIONS, "README.md"), "utf8");
  expect(readme.split("\n").length).toBeLessThan(60);
  const map = readFileSync(join(OPERATIONS, "MODULES.md"), "utf8");
  for (const operation of operations) {
    const line = map.split("\n").find((row) => row.startsWith(`| \`${operation.name}\` |`));
    for (const module of operation.modules) expect(line).toContain(module.replace("ansible.builtin.", ""));
  }
});

describe.each(operations.map((operation) => [operation.name, operation] as const))("%s", (name, operation) => {
  test("is named noun-state, says what it does, and is tested", () => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(operation.title).toMatch(/^[A-Z][^.]+$/);
    const own = readdirSync(join(OPERATIONS, name)).some((file) => file.endsWith(".test.ts"));
    const compared = operation.modules.some((module) => tasks.has(module.split(".").at(-1) ?? ""));
    const shared = [...readdirSync(OPERATIONS), "../../test/integration/operations.lab.test.ts"]
      .filter((file) => file.endsWith(".test.ts"))
      .some((file) => readFileSync(join(OPERATIONS, file), "utf8").includes(`${name}/operation.ts`));
    expect(own || shared || compared).toBe(true);
  });

  test("describes every argument, with defaults among the choices and aliases that clash with nothing", () => {
    const names = new Set(Object.keys(operation.arguments));
    for (const [argument, { description, choices, default: value, aliases = [] }] of Object.entries(
      operation.arguments,
    )) {
      expect(description, argument).toMatch(/^[^a-z].*\.$/s);
      if (choices !== undefined && value !== undefined) expect(choices).toEqual(expect.arrayContaining([value].flat()));
      for (const alias of aliases) {
        expect(names.has(alias), `${argument}: ${alias}`).toBe(false);
        names.add(alias);
      }
    }
    const { requiredIf = [], requiredBy = {}, ...lists } = operation.rules ?? {};
    const grouped = [
      ...Object.values(lists).flat(2),
      ...requiredIf.flatMap(([argument, , others]) => [argument, ...others]),
      ...Object.entries(requiredBy).flat(2),
    ];
    for (const argument of grouped) expect(Object.keys(operation.arguments)).toContain(argument);
    if (operation.freeForm !== undefined) expect(Object.keys(operation.arguments)).toContain(operation.freeForm);
  });

  test("quotes what it puts into a script", () => {
    for (const file of readdirSync(join(OPERATIONS, name)).filter((entry) => !entry.endsWith(".test.ts"))) {
      const source = readFileSync(join(OPERATIONS, name, file), "utf8");
      // A value between quotes of the shell is a value that was not quoted by shellQuote.
      const raw = source
        .split("\n")
        .filter((line) => /'\$\{(args|path|name|dest|src|source|unit|String)\b[^}]*\}'.*(\\n|&&|\|\|)/.test(line));
      expect(raw, file).toEqual([]);
    }
  });
});

describe("hostile names and contents", () => {
  let trial: Trial;
  let count = 0;
  beforeAll(async () => {
    trial = await openTrial();
  });
  afterAll(() => trial.close());

  const piece = fc.constantFrom(
    "'",
    '"',
    "\\",
    "$(touch evil)",
    "`id`",
    "\n",
    " ",
    "-rf",
    "*",
    "ü",
    "😀",
    ";",
    "&&",
    "%s",
    "a",
    "~",
    "#",
    "\t",
    "!",
    "{}",
    "\u007f",
  );
  const hostile = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
  const name = hostile.filter((text) => text !== "~");

  test("survive files, folders, links, lines, reading and commands", async () => {
    await fc.assert(
      fc.asyncProperty(name, hostile, async (file, content) => {
        count += 1;
        const folder = trial.path(`${count}`, file);
        const path = join(folder, file);
        const run = async (operation: (typeof operations)[number], raw: Record<string, unknown>) => {
          const first = await trial.run(operation, raw);
          expect(first.result.failed, JSON.stringify(first.result)).not.toBe(true);
          return first.result;
        };
        await run(pathPresent, { path: folder, state: "directory" });
        await run(fileCopied, { dest: path, content });
        expect(await readFile(path, "utf8")).toBe(content);
        const again = await trial.run(fileCopied, { dest: path, content });
        expect(again.plan.changes).toEqual([]);
        await run(pathPresent, { path: `${path}.link`, src: path, state: "link" });
        const { stat } = await run(pathInspected, { path: `${path}.link` });
        expect(stat).toMatchObject({ islnk: true, lnk_target: path });
        await run(linePresent, { path, line: "last" });
        expect((await readFile(path, "utf8")).endsWith("last\n")).toBe(true);
        const printed = await run(commandRun, { argv: ["printf", "%s.", content], expand_argument_vars: false });
        expect(printed.stdout).toBe(`${content}.`);
        await run(pathPresent, { path: folder, state: "absent" });
        expect(readdirSync(trial.path(`${count}`))).toEqual([]);
        expect(existsSync(trial.path("evil")) || existsSync("evil")).toBe(false);
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});
