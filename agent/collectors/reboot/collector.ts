import type { Collector, Metrics } from "../collector.ts";

export interface RebootReading {
  readonly required: boolean;
  /** Packages that ask for it, each once, at most twenty. */
  readonly packages: readonly string[];
}

/** Whether packages ask for a reboot, by the file that Debian's package hooks leave (/run/reboot-required). */
export const reboot: Collector<RebootReading> = {
  name: "reboot",
  title: "Whether updates ask for a reboot",
  everySeconds: 60,
  deadlineSeconds: 5,
  async collect(host) {
    const [mark, packages] = await Promise.all([
      host.read("/run/reboot-required"),
      host.read("/run/reboot-required.pkgs"),
    ]);
    const names = (packages ?? "").split("\n").filter((name) => /^[\w.+:-]+$/.test(name));
    return { required: mark !== undefined, packages: [...new Set(names)].slice(0, 20) };
  },
  metrics: ({ required }): Metrics => ({ reboot_required: required ? 1 : 0 }),
};
