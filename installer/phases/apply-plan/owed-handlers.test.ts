import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connector } from "#playbooks/connectors/connector.ts";
import { connectLocal } from "#playbooks/connectors/local/local.ts";
import { runPlaybook } from "#playbooks/engine/engine.ts";
import type { EngineEvent } from "#playbooks/engine/events.ts";
import type { JournalRecord } from "./journal.ts";
import { OwedHandlers } from "./owed-handlers.ts";

const stamp = { run: "r", time: "2026-01-01T00:00:00.000Z" };
const owed = { phase: "p", play: "P", handler: "Restart", host: "a" };
const intended: JournalRecord = { type: "handler-intended", ...stamp, ...owed, step: "s" };
const notified: JournalRecord = { type: "handler-notified", ...stamp, ...owed };
const done: JournalRecord = { type: "handler-done", ...stamp, ...owed };
const begun: JournalRecord = { type: "run-start", ...stamp, plan: "x", by: "ada@desk", resumed: null };
const ended = (status: string, step = "s", host = "a"): JournalRecord => ({
  type: "step",
  ...stamp,
  phase: "p",
  step,
  task: "T",
  host,
  status,
});

test.each<[string, JournalRecord[], boolean]>([
  ["intended and nothing more: owed", [intended], true],
  ["intended, the step did nothing", [intended, ended("ok")], false],
  ["intended, and the change was undone by its own verdict", [intended, ended("skipped")], false],
  ["intended, then notified, then the result", [intended, notified, ended("changed")], true],
  ["intended, and failed on the way: owed", [intended, ended("failed")], true],
  ["intended, and the host was lost: owed", [intended, ended("unreachable")], true],
  ["another host's end settles nothing", [intended, ended("ok", "s", "b")], true],
  ["another step's end settles nothing", [intended, ended("ok", "t")], true],
  ["owed from before: a step that does nothing does not settle it", [notified, intended, ended("ok")], true],
  ["intended by a run that was killed: a later run's step does not settle it", [intended, begun, ended("ok")], true],
  ["it ran", [intended, notified, ended("changed"), done], false],
  ["intended by a run that was killed, ran in the next", [intended, begun, done], false],
])("%s", (_name, records, isOwed) => {
  const handlers = new OwedHandlers();
  for (const record of records) handlers.follow(record);
  const { play, handler, host } = owed;
  expect([...handlers.byPhase()]).toEqual(isOwed ? [["p", [{ play, handler, host }]]] : []);
});

describe("a run that ends between a change and word of it", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bdap-owed-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const playbook = `
- name: P
  hosts: all
  gather_facts: false
  tasks:
    - name: Settings
      copy: {content: new, dest: "{{ folder }}/settings"}
      notify: Restart
    - name: Settings that are so already
      copy: {content: same, dest: "{{ folder }}/same"}
      notify: Reload
  handlers:
    - name: Restart
      shell: "echo restarted >>{{ folder }}/told"
    - name: Reload
      shell: "echo reloaded >>{{ folder }}/told"
`;

  const here = () => connectLocal({ host: "a", user: userInfo().username });

  async function run(connect: () => Connector, more: Partial<Parameters<typeof runPlaybook>[0]>) {
    await writeFile(join(folder, "site.yml"), playbook);
    return runPlaybook({
      playbook: join(folder, "site.yml"),
      inventory: ["a,"],
      rolesPath: [],
      extraVariables: { folder },
      forks: 1,
      check: false,
      diff: false,
      connect: async () => connect(),
      onEvent: () => undefined,
      signal: new AbortController().signal,
      ...more,
    });
  }

  test("leaves its handler owed, and only that one; the next run carries it out", async () => {
    await writeFile(join(folder, "same"), "same");
    const records: JournalRecord[] = [];
    const note = (event: EngineEvent) => {
      if (event.type === "handler-intended" || event.type === "handler-notified")
        records.push({ ...stamp, phase: "p", ...event });
      if (event.type === "task-result") records.push({ ...ended(event.status, event.step, event.host) });
    };
    // The file is written, and no answer ever comes: what a kill at that moment leaves behind.
    const gone = new AbortController();
    const changed = new Promise<void>((resolve) => {
      const connect = (): Connector => {
        const connector = here();
        return {
          host: connector.host,
          run: (command, signal) => connector.run(command, signal),
          readFile: (path, become, signal) => connector.readFile(path, become, signal),
          writeFile: async (file, signal) => {
            await connector.writeFile(file, signal);
            resolve();
            await new Promise((_, reject) => {
              gone.signal.addEventListener("abort", () => reject(new Error("gone")));
            });
          },
          stream: (command, signal) => connector.stream(command, signal),
          close: () => connector.close(),
        };
      };
      void run(connect, { onEvent: note, signal: gone.signal }).catch(() => undefined);
    });
    await changed;
    expect(await readFile(join(folder, "settings"), "utf8")).toBe("new");
    const handlers = new OwedHandlers();
    for (const record of records) handlers.follow(record);
    const pendingHandlers = handlers.byPhase().get("p") ?? [];
    gone.abort();
    expect(pendingHandlers).toEqual([{ play: "P", handler: "Restart", host: "a" }]);

    const events: EngineEvent[] = [];
    const outcome = await run(here, { pendingHandlers, onEvent: (event) => void events.push(event) });
    expect(outcome.exitCode).toBe(0);
    expect(await readFile(join(folder, "told"), "utf8")).toBe("restarted\n");
    // Nothing was left to change, so nothing is intended.
    expect(events.filter((event) => event.type === "handler-intended")).toEqual([]);
  });
});
