import type { HostRecap, TaskStatus } from "../events.ts";

type Counts = { -readonly [Key in keyof HostRecap]: HostRecap[Key] };

/** Counts results per host as Ansible's recap does. */
export class Recap {
  readonly #hosts = new Map<string, Counts>();

  count(host: string, status: TaskStatus, changed: boolean): void {
    const counts = this.#of(host);
    if (status === "ok" || status === "changed" || status === "ignored") counts.ok++;
    if (status === "changed" || (status === "ignored" && changed)) counts.changed++;
    if (status === "skipped") counts.skipped++;
    if (status === "failed") counts.failed++;
    if (status === "rescued") counts.rescued++;
    if (status === "ignored") counts.ignored++;
    if (status === "unreachable" || status === "unknown") counts.unreachable++;
  }

  #of(host: string): Counts {
    let counts = this.#hosts.get(host);
    if (counts === undefined) {
      counts = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 };
      this.#hosts.set(host, counts);
    }
    return counts;
  }

  hosts(): Readonly<Record<string, HostRecap>> {
    return Object.fromEntries([...this.#hosts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
