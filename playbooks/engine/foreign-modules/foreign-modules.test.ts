import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModuleTable } from "../loader/module-table.ts";
import { ForeignModules } from "./foreign-modules.ts";

let root: string;
const NEW_STYLE = "#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n";
const FILES: Readonly<Record<string, string>> = {
  "venv/bin/ansible": "#!VENV/bin/python3\nimport sys\n",
  "venv/lib/python3.11/site-packages/ansible/release.py": "__version__ = '2.19.99'\n",
  "venv/lib/python3.11/site-packages/ansible/modules/known.py": NEW_STYLE,
  "venv/lib/python3.11/site-packages/ansible/modules/parted.py": NEW_STYLE,
  "venv/lib/python3.11/site-packages/ansible/plugins/action/parted.py": "",
  "venv/lib/python3.11/site-packages/ansible/module_utils/basic.py": "from ansible.module_utils.common import text\n",
  "venv/lib/python3.11/site-packages/ansible/module_utils/common/__init__.py": "",
  "venv/lib/python3.11/site-packages/ansible/module_utils/common/text.py":
    "try:\n  from ansible.module_utils import gone\nexcept ImportError:\n  pass\n",
  "venv/lib/python3.11/site-packages/ansible/config/ansible_builtin_runtime.yml":
    "plugin_routing:\n  modules:\n    moved:\n      redirect: some.thing.moved\n    lost:\n      redirect: some.thing.lost\n    removed:\n      tombstone: {warning_text: Use another.}\n",
  "collections/ansible_collections/some/thing/plugins/modules/moved.py": `${NEW_STYLE}from ..module_utils.own import x\n`,
  "collections/ansible_collections/some/thing/plugins/modules/deep/er.py": NEW_STYLE,
  "collections/ansible_collections/some/thing/plugins/modules/broken.py": `${NEW_STYLE}from ..module_utils.missing import x\n`,
  "collections/ansible_collections/some/thing/plugins/modules/acted.py": NEW_STYLE,
  "collections/ansible_collections/some/thing/plugins/module_utils/own.py": "",
  "collections/ansible_collections/some/thing/meta/runtime.yml":
    "plugin_routing:\n  action:\n    acted: {redirect: some.thing.other}\n  modules:\n    alias: {redirect: some.thing.moved}\n    circle: {redirect: some.thing.circle}\n",
  "play/library/known.py": NEW_STYLE,
  "play/library/script": "#!/bin/sh\n",
  "play/library/bare": "no first line\n",
  "play/library/windows.ps1": "#!powershell\n",
  "play/library/listed.yml": "",
  "play/library/debug.py": NEW_STYLE,
  "play/action_plugins/onlyaction.py": "",
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "bdap-foreign-"));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text.replace("VENV", join(root, "venv")));
  }
});

afterAll(() => rm(root, { recursive: true, force: true }));

function modules(programs = [join(root, "venv/bin")]): ForeignModules {
  const folders = { library: [], moduleUtils: [], collections: [join(root, "collections")], programs };
  const found = new ForeignModules(folders);
  found.addSite(join(root, "play"));
  return found;
}

const below = (path: string) => join(root, path);

describe("a module's file", () => {
  test.each([
    ["ansible.legacy.known", "play/library/known.py", "ansible.legacy.known"],
    ["ansible.builtin.known", "venv/lib/python3.11/site-packages/ansible/modules/known.py", "ansible.modules.known"],
    [
      "some.thing.moved",
      "collections/ansible_collections/some/thing/plugins/modules/moved.py",
      "ansible_collections.some.thing.plugins.modules.moved",
    ],
    [
      "some.thing.deep.er",
      "collections/ansible_collections/some/thing/plugins/modules/deep/er.py",
      "ansible_collections.some.thing.plugins.modules.deep.er",
    ],
    [
      "some.thing.alias",
      "collections/ansible_collections/some/thing/plugins/modules/moved.py",
      "ansible_collections.some.thing.plugins.modules.moved",
    ],
    ["ansible.legacy.script", "play/library/script", "ansible.legacy.script"],
  ])("%s", (name, path, pythonName) => {
    expect(modules().find(name)).toMatchObject({ path: below(path), pythonName, version: "2.19.99" });
  });

  test.each([
    "ansible.legacy.nothing",
    "ansible.builtin.nothing",
    "some.thing.nothing",
    "no.such.one",
    "../x",
    "a.b.../x",
    "ansible.legacy.listed",
  ])("%s is none", (name) => {
    expect(modules().find(name)).toBeUndefined();
  });

  test("needs itself, what it imports, and what that imports", () => {
    const found = modules().find("some.thing.moved");
    expect(found !== undefined && "files" in found && [...found.files.keys()].sort()).toEqual([
      "ansible/__init__.py",
      "ansible/module_utils/__init__.py",
      "ansible/module_utils/basic.py",
      "ansible/module_utils/common/__init__.py",
      "ansible/module_utils/common/text.py",
      "ansible_collections/__init__.py",
      "ansible_collections/some/__init__.py",
      "ansible_collections/some/thing/__init__.py",
      "ansible_collections/some/thing/plugins/__init__.py",
      "ansible_collections/some/thing/plugins/module_utils/__init__.py",
      "ansible_collections/some/thing/plugins/module_utils/own.py",
      "ansible_collections/some/thing/plugins/modules/__init__.py",
      "ansible_collections/some/thing/plugins/modules/moved.py",
    ]);
  });
});

describe("what cannot be carried out", () => {
  test.each([
    ["ansible.builtin.parted", /has a part on the controller \(.*plugins\/action\/parted\.py\)/],
    ["some.thing.acted", /has a part on the controller \(some\.thing\.other\)/],
    ["ansible.legacy.onlyaction", /has a part on the controller/],
    ["ansible.legacy.bare", /missing interpreter line/],
    ["ansible.builtin.removed", /Use another\./],
    ["ansible.builtin.lost", /is now 'some\.thing\.lost', which is not there/],
    ["some.thing.circle", /in a circle/],
    [
      "some.thing.broken",
      /imports ansible_collections\.some\.thing\.plugins\.module_utils\.missing.*, and it was found nowhere/,
    ],
  ])("%s", (name, why) => {
    expect(modules().find(name)).toEqual({ refused: expect.stringMatching(why) });
  });

  test("without an ansible-core, a Python module of a library", () => {
    expect(modules([]).find("some.thing.deep.er")).toEqual({
      refused: expect.stringMatching(/imports ansible\.module_utils\.basic, and no ansible-core was found/),
    });
  });
});

describe("the names of a play", () => {
  const resolve = (written: string) => new ModuleTable([], modules()).resolve(written);
  test.each([
    ["known", "ansible.legacy.known"],
    ["ansible.legacy.known", "ansible.legacy.known"],
    ["ansible.builtin.known", "ansible.builtin.known"],
    ["moved", "some.thing.moved"],
    ["script", "ansible.legacy.script"],
    ["debug", "ansible.builtin.debug"],
    ["parted", undefined],
    ["nothing", undefined],
  ])("%s is %s", (written, name) => {
    expect(resolve(written)).toBe(name);
  });

  test("why not", () => {
    const table = new ModuleTable([], modules());
    expect(table.refusal("parted")).toMatch(/part on the controller/);
    expect(table.refusal("nothing")).toBeUndefined();
  });
});
