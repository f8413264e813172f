import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { encryptVault } from "#inventory/vault/ansible-vault.ts";
import { hostUnreachable } from "../connectors/errors.ts";
import { connectLocal } from "../connectors/local/local.ts";
import { runPlaybook } from "./engine.ts";
import type { EngineEvent } from "./events.ts";
import { reportText } from "./report/testing.ts";
import type { PlaybookRun } from "./run.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-engine-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a playbook on this machine under the names of three hosts. */
async function play(text: string, more: Partial<PlaybookRun> = {}) {
  await writeFile(join(folder, "site.yml"), text);
  const events: EngineEvent[] = [];
  const outcome = await runPlaybook({
    playbook: join(folder, "site.yml"),
    inventory: ["a,b,c,"],
    rolesPath: [],
    extraVariables: { folder },
    forks: 4,
    check: false,
    diff: false,
    connect: async (host) => connectLocal({ host, user: userInfo().username }),
    onEvent: (event) => {
      events.push(event);
    },
    signal: new AbortController().signal,
    ...more,
  });
  const results = events.filter((event) => event.type === "task-result");
  return { outcome, events, results };
}

const refusal = (text: string, more: Partial<PlaybookRun> = {}) =>
  play(text, more).then(
    () => undefined,
    (error: unknown) => error,
  );

describe("what is wrong with the files is told before any host is touched", () => {
  const untouched = { connect: () => Promise.reject(new Error("a host was touched")) };

  test.each([
    ["PLAYBOOKS_UNKNOWN_KEYWORD", "- hosts: all\n  tasks:\n    - debug: {}\n      whn: true\n", 4],
    ["PLAYBOOKS_UNKNOWN_KEYWORD", "- hosts: all\n  taskz: []\n", 2],
    ["PLAYBOOKS_UNKNOWN_MODULE", "- hosts: all\n  tasks:\n    - name: x\n      no.such.module: {}\n", 4],
    ["PLAYBOOKS_UNKNOWN_ROLE", "- hosts: all\n  roles:\n    - nowhere\n", 3],
    [
      "PLAYBOOKS_KEYWORD_NOT_SUPPORTED",
      "- hosts: all\n  tasks:\n    - command: sleep 1\n      debugger: on_failed\n",
      4,
    ],
    ["PLAYBOOKS_KEYWORD_NOT_SUPPORTED", "- hosts: all\n  strategy: debug\n", 2],
    ["PLAYBOOKS_FILE_NOT_FOUND", "- hosts: all\n  tasks:\n    - import_tasks: nope.yml\n", 3],
    ["KERNEL_YAML_UNPARSABLE", "- hosts: all\n  tasks: [\n", 3],
  ])("%s", async (code, text, line) => {
    const error = await refusal(text, untouched);
    expect(error).toBeInstanceOf(ApplianceError);
    expect(error).toMatchObject({ code, kind: "user", context: { line } });
  });

  test("every problem is listed, with file and line", async () => {
    const text = "- hosts: all\n  tasks:\n    - nope: {}\n    - debug: {}\n      frobnicate: 1\n";
    const error = await refusal(text, untouched);
    expect(error).toMatchObject({
      message: expect.stringMatching(/site\.yml:3: .*nope[\s\S]*site\.yml:5: .*frobnicate/),
    });
  });
});

describe("secrets", () => {
  const secret = new Secret("correct horse battery");

  test("reach modules and appear in no event, in no form", async () => {
    const text = `
- hosts: a
  gather_facts: false
  tasks:
    - copy: { content: "key={{ token }}\\n", dest: "{{ folder }}/key" }
    - command: "echo {{ nested.token }} {{ token | b64encode }}"
    - debug: { msg: "{{ token }} {{ token | to_json }}" }
    - fail: { msg: "no {{ token }}" }
`;
    const { events } = await play(text, {
      extraVariables: { folder, token: secret, nested: { token: secret } },
      diff: true,
    });
    expect(await readFile(join(folder, "key"), "utf8")).toBe("key=correct horse battery\n");
    const told = JSON.stringify(events) + reportText(events);
    expect(told).not.toContain("correct horse");
    expect(told).not.toContain(Buffer.from(secret.reveal()).toString("base64"));
    expect(told).toContain("[redacted]");
  });

  test("no_log hides results, loop items, differences and failures", async () => {
    const text = `
- hosts: a
  gather_facts: false
  no_log: true
  tasks:
    - copy: { content: "{{ item }}", dest: "{{ folder }}/hidden" }
      loop: [the-hidden-words]
    - fail: { msg: the-hidden-words }
`;
    const { events, results } = await play(text, { diff: true });
    expect(results.map((event) => event.status)).toEqual(["changed", "failed"]);
    expect(JSON.stringify(events)).not.toContain("hidden-words");
  });
});

describe("hosts", () => {
  const text = "- hosts: all\n  gather_facts: false\n  tasks:\n    - command: 'true'\n    - debug: {}\n";

  test("one that cannot be reached is out; the others go on", async () => {
    const { outcome, results } = await play(text, {
      connect: async (host) => {
        if (host === "b") throw hostUnreachable(host, "no route");
        return connectLocal({ host, user: userInfo().username });
      },
    });
    expect(outcome.exitCode).toBe(4);
    expect(outcome.hosts["b"]).toMatchObject({ unreachable: 1, ok: 0 });
    expect(outcome.hosts["c"]).toMatchObject({ ok: 2, changed: 1 });
    expect(results.find((event) => event.host === "b")).toMatchObject({
      status: "unreachable",
      error: { code: "PLAYBOOKS_HOST_UNREACHABLE" },
    });
  });

  test("a connection that broke between tasks is opened once more", async () => {
    let opened = 0;
    const { outcome } = await play(text.replace("- debug: {}", "- command: 'true'"), {
      limit: "a",
      connect: async (host) => {
        opened++;
        const real = connectLocal({ host, user: userInfo().username });
        let calls = 0;
        return {
          host,
          run: (command, signal) => {
            if (opened === 1 && ++calls > 1) return Promise.reject(hostUnreachable(host, "it went away"));
            return real.run(command, signal);
          },
          readFile: (path, become, signal) => real.readFile(path, become, signal),
          writeFile: (file, signal) => real.writeFile(file, signal),
          stream: (command, signal) => real.stream(command, signal),
          close: () => real.close(),
        };
      },
    });
    expect(outcome.hosts["a"]).toMatchObject({ ok: 2, unreachable: 0 });
    expect(opened).toBe(2);
  });
});

test("handlers an interrupted run owed are run, and told", async () => {
  const text = `
- name: P
  hosts: all
  gather_facts: false
  tasks:
    - debug: {}
  handlers:
    - name: restart
      debug: { msg: restarted }
`;
  const { events } = await play(text, { pendingHandlers: [{ play: "P", handler: "restart", host: "b" }] });
  expect(events).toContainEqual({ type: "handler-done", play: "P", handler: "restart", host: "b" });
  expect(events.filter((event) => event.type === "handler-done")).toHaveLength(1);
});

test("handlers an interrupted run owed wait until what they need is there", async () => {
  const text = `
- name: P
  hosts: all
  gather_facts: false
  tasks:
    - copy: { content: x, dest: "{{ folder }}/settings" }
      notify: restart
    - meta: flush_handlers
    - copy: { content: x, dest: "{{ folder }}/unit" }
      notify: late
  handlers:
    - name: late
      command: "test -e {{ folder }}/unit"
    - name: restart
      command: "test -e {{ folder }}/settings"
`;
  const owed = ["late", "restart"].map((handler) => ({ play: "P", handler, host: "b" }));
  const { events, outcome } = await play(text, { limit: "b", pendingHandlers: owed });
  expect(outcome.hosts["b"]).toMatchObject({ failed: 0 });
  const done = events.filter((event) => event.type === "handler-done");
  expect(done.map((event) => event.handler)).toEqual(["restart", "late"]);
  // Nothing changes any more, and yet each runs where its task stands.
  const again = await play(text, { limit: "b", pendingHandlers: owed });
  const later = again.events.filter((event) => event.type === "handler-done");
  expect(later.map((event) => event.handler)).toEqual(["restart", "late"]);
});

test("what a module written for Ansible may owe is told before it runs, and not in check mode", async () => {
  const text = `
- name: P
  hosts: all
  gather_facts: false
  tasks:
    - own_module: {}
      notify: restart
  handlers:
    - name: restart
      debug: { msg: restarted }
`;
  await mkdir(join(folder, "library"));
  const answer = `#!/bin/sh\ntouch ${join(folder, "ran")}\necho '{"changed": true}'\n`;
  await writeFile(join(folder, "library", "own_module"), answer, { mode: 0o755 });
  const intended: unknown[] = [];
  const onEvent = async (event: EngineEvent) => {
    const ran = await readFile(join(folder, "ran"), "utf8").catch(() => undefined);
    if (event.type === "handler-intended") intended.push([event.handler, event.host, ran]);
  };
  await play(text, { limit: "a", check: true, onEvent });
  expect(intended).toEqual([]);
  await rm(join(folder, "ran"), { force: true });
  const { outcome } = await play(text, { limit: "a", onEvent });
  expect(outcome.hosts["a"]).toMatchObject({ ok: 2, changed: 1, failed: 0 });
  expect(intended).toEqual([["restart", "a", undefined]]);
  expect(await readFile(join(folder, "ran"), "utf8")).toBe("");
});

test("files that ansible-vault encrypted are copied as what is in them, byte for byte, unless decrypt is off", async () => {
  const text = `
- hosts: all
  gather_facts: false
  tasks:
    - copy: { src: locked, dest: "{{ folder }}/plain" }
    - copy: { src: tree/, dest: "{{ folder }}/trees" }
    - copy: { src: locked, dest: "{{ folder }}/same", decrypt: false }
    - assemble: { src: tree, dest: "{{ folder }}/joined", remote_src: false }
    - assemble: { src: tree, dest: "{{ folder }}/locked", remote_src: false, decrypt: false }
    - unarchive: { src: archive, dest: "{{ folder }}" }
`;
  const bytes = Buffer.from(Array.from({ length: 512 }, (_one, index) => index % 256));
  const password = new Secret("right horse");
  const locked = await encryptVault(bytes, password);
  await mkdir(join(folder, "files", "tree"), { recursive: true });
  await writeFile(join(folder, "files", "locked"), locked);
  await writeFile(join(folder, "files", "tree", "locked"), locked);
  // Larger than what is held in memory of a file that is not encrypted.
  await writeFile(join(folder, "unpacked"), randomBytes(2_000_000));
  const archive = execFileSync("tar", ["-C", folder, "-c", "unpacked"], { maxBuffer: 4_000_000 });
  await writeFile(join(folder, "files", "archive"), await encryptVault(archive, password));
  await rm(join(folder, "unpacked"));
  const given = { limit: "a", vaultPassword: password };
  const { outcome } = await play(text, given);
  expect(outcome.hosts["a"]).toMatchObject({ changed: 6, failed: 0 });
  expect(await readFile(join(folder, "plain"))).toEqual(bytes);
  expect(await readFile(join(folder, "trees", "locked"))).toEqual(bytes);
  expect(await readFile(join(folder, "same"), "utf8")).toBe(locked);
  expect(await readFile(join(folder, "joined"))).toEqual(bytes);
  expect(await readFile(join(folder, "locked"), "utf8")).toBe(locked);
  expect((await readFile(join(folder, "unpacked"))).length).toBe(2_000_000);
  expect((await play(text, given)).outcome.hosts["a"]).toMatchObject({ changed: 0, failed: 0 });
});

test("check mode changes nothing and foretells what would change", async () => {
  const text =
    '- hosts: a\n  gather_facts: false\n  tasks:\n    - copy: { content: x, dest: "{{ folder }}/new" }\n    - command: "touch {{ folder }}/never"\n';
  const { results } = await play(text, { check: true, diff: true });
  expect(results.map((event) => event.status)).toEqual(["changed", "skipped"]);
  expect(results[0]?.differences?.[0]?.after).toBe("x");
  await expect(readFile(join(folder, "new"))).rejects.toThrow();
});

test("the differences of a loop are told with each item and with the whole task", async () => {
  const text = `
- hosts: a
  gather_facts: false
  tasks:
    - copy: { content: "{{ item }}", dest: "{{ folder }}/{{ item }}" }
      loop: [one, two]
`;
  const { events, results } = await play(text, { check: true, diff: true });
  const after = (event: { readonly differences?: readonly { readonly after: string }[] } | undefined) =>
    event?.differences?.map((difference) => difference.after);
  expect(after(results[0])).toEqual(["one", "two"]);
  expect(events.filter((event) => event.type === "item-result").map(after)).toEqual([["one"], ["two"]]);
});

test("a second run changes nothing, and its steps have the same names", async () => {
  const text =
    '- hosts: a\n  gather_facts: false\n  tasks:\n    - copy: { content: "{{ item }}", dest: "{{ folder }}/{{ item }}" }\n      loop: [x, y]\n';
  const first = await play(text);
  const second = await play(text);
  expect(first.outcome.hosts["a"]?.changed).toBe(1);
  expect(second.outcome.hosts["a"]?.changed).toBe(0);
  expect(second.results.map((event) => event.step)).toEqual(first.results.map((event) => event.step));
});

test("a run that is stopped says so", async () => {
  const stop = new AbortController();
  const text = "- hosts: a\n  gather_facts: false\n  tasks:\n    - debug: {}\n    - command: sleep 60\n";
  const error = await refusal(text, {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "task-result") stop.abort();
    },
  });
  expect(error).toMatchObject({ code: "PLAYBOOKS_RUN_CANCELLED", kind: "cancelled" });
});

test("variables of a locked file are used, and shown by nobody who did not ask for them", async () => {
  const password = new Secret("the password");
  await mkdir(join(folder, "vars"));
  await writeFile(join(folder, "vars", "locked.yml"), await encryptVault(Buffer.from("word: unspeakable\n"), password));
  await writeFile(join(folder, "vars", "open.yml"), "other: spoken\n");
  const tasks = `
    - include_vars: locked.yml
    - include_vars: "{{ item }}"
      loop: [locked.yml, open.yml]
    - assert: { that: "word | length == 11" }`;
  const { events, results } = await play(`- hosts: a\n  gather_facts: false\n  tasks:${tasks}\n`, {
    vaultPassword: password,
  });
  expect(results.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
  expect(JSON.stringify(events)).not.toContain("unspeakable");
  expect(JSON.stringify(events)).toContain("spoken");
});
