import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";

/** What the machine's kernel gives to all of root's processes together, those in lab hosts included. */
export interface KernelLimit {
  /** As part of a sentence. */
  readonly what: string;
  readonly sysctl: string;
  /** What one lab host takes of it. */
  readonly perHost: number;
  readonly used: number;
  readonly most: number;
}

/** Of one booted host: systemd 5, agetty 1, on Debian 12 logind 1; and some hosts have a root session, whose manager takes 3. */
const INOTIFY_PER_HOST = 8;
/** Processes and threads of one host with the site's services, generously. */
const TASKS_PER_HOST = 120;
/** Keys of root in one host: about one for each unit that runs. */
const KEYS_PER_HOST = 20;

/** Reads the limits that many lab hosts meet first. Root only, since it looks at every process. */
export async function readKernelLimits(): Promise<KernelLimit[]> {
  const number = async (name: string) =>
    Number((await readFile(`/proc/sys/${name.replaceAll(".", "/")}`, "utf8")).trim());
  const inotify = "fs.inotify.max_user_instances";
  const keys = "kernel.keys.root_maxkeys";
  const tasks = "kernel.pid_max";
  return [
    {
      what: "inotify instances",
      sysctl: inotify,
      perHost: INOTIFY_PER_HOST,
      used: await inotifyInstances(),
      most: await number(inotify),
    },
    { what: "keys", sysctl: keys, perHost: KEYS_PER_HOST, used: await keysOfRoot(), most: await number(keys) },
    { what: "processes", sysctl: tasks, perHost: TASKS_PER_HOST, used: await tasksOfAll(), most: await number(tasks) },
  ];
}

/** Each limit that `hosts` more hosts would pass, with the command that lifts it. Pure. */
export function shortages(limits: readonly KernelLimit[], hosts: number): { what: string; remedy: string }[] {
  return limits.flatMap(({ what, sysctl, perHost, used, most }) => {
    const wanted = used + perHost * hosts;
    if (wanted <= most) return [];
    const fit = Math.max(0, Math.floor((most - used) / perHost));
    return [
      {
        what:
          `${hosts} more hosts want ${perHost * hosts} ${what} and the kernel has ${Math.max(0, most - used)} left ` +
          `of ${most}, enough for ${fit}`,
        remedy: `sysctl ${sysctl}=${roundUp(wanted)}`,
      },
    ];
  });
}

/** The next power of two, with room for what else the machine does. */
function roundUp(wanted: number): number {
  return 2 ** Math.ceil(Math.log2(wanted * 1.25));
}

/** Of processes whose owner is root: the limit is per user. A descriptor that two processes share is counted twice. */
async function inotifyInstances(): Promise<number> {
  const counts = await Promise.all(
    (await processes()).map(async (folder) => {
      try {
        if ((await stat(folder)).uid !== 0) return 0;
        const names = await readdir(join(folder, "fd"));
        const targets = await Promise.all(names.map((name) => readlink(join(folder, "fd", name)).catch(() => "")));
        return targets.filter((target) => target === "anon_inode:inotify").length;
      } catch {
        // It ended in the meantime.
        return 0;
      }
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Source of the format: proc_key_users(5), `uid: usage nkeys/nikeys qnkeys/maxkeys qnbytes/maxbytes`. */
async function keysOfRoot(): Promise<number> {
  const text = await readFile("/proc/key-users", "utf8").catch(() => "");
  return Number(/^\s*0:\s+\d+\s+\S+\s+(\d+)\//m.exec(text)?.[1] ?? 0);
}

/** Source of the format: proc_loadavg(5), the fourth field is `running/all`. */
async function tasksOfAll(): Promise<number> {
  return Number(/\/(\d+)/.exec(await readFile("/proc/loadavg", "utf8"))?.[1] ?? 0);
}

async function processes(): Promise<string[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map((name) => join("/proc", name));
}
