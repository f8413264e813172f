import type { Fact } from "../fact.ts";
import { framesOf } from "../frames.ts";
import { printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { agentsIn, agentsScript } from "./agents.ts";
import { clustersIn, clustersScript } from "./clusters.ts";
import { lockIn, packagesScript, rebootIn } from "./packages.ts";

export const management: Fact<"management"> = {
  name: "management",
  title: "Who else manages the host: agents, clusters, pending reboot, package locks",
  sections: {
    agents: section(`${agentsScript}\n:`),
    clusters: section(`root\n${clustersScript}\necho '@@ done'`),
    packages: section(`${packagesScript}\n:`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const agents = printedBy(sections, "agents");
    const clusters = printedBy(sections, "clusters");
    const packages = printedBy(sections, "packages");
    const frames = framesOf(clusters.lines);
    if (!agents.finished) unknown.because("agents", agents.why("not all were looked for"));
    if (clusters.unprivileged || !frames.some((frame) => frame.words[0] === "done"))
      unknown.because("clusters", clusters.why("not all were looked for"));
    const held = packages.lines.includes("locks read") ? "nobody holds it" : packages.why("/proc/locks cannot be read");
    return unknown.reading({
      agents: agentsIn(agents.lines),
      clusters: clustersIn(frames, unknown),
      pendingReboot: unknown.or(
        "pendingReboot",
        rebootIn(packages.lines),
        packages.why("the package manager does not say", "needs-restarting"),
      ),
      packageLock: unknown.or("packageLock", lockIn(packages.lines), held),
    });
  },
};
