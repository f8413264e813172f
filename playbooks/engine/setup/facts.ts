import { deviceFacts } from "./device-facts.ts";
import { distributionFacts, lsbFacts, packageManagerFacts } from "./distribution-facts.ts";
import { type Facts, lines, type Sections, text } from "./fact-sections.ts";
import { firmwareFacts, memoryFacts, processorFacts } from "./hardware-facts.ts";
import { localFacts } from "./local-facts.ts";
import { mountFacts } from "./mount-facts.ts";
import { networkFacts, resolver } from "./network-facts.ts";
import {
  capabilityFacts,
  chrootFacts,
  commandLineFacts,
  environmentFacts,
  hostKeyFacts,
  loadFacts,
  platformFacts,
  pythonFacts,
  selinuxFacts,
  serviceManagerFacts,
  systemdFacts,
  timeFacts,
  userFacts,
} from "./system-facts.ts";
import { virtualFacts } from "./virtual-facts.ts";
import { volumeFacts } from "./volume-facts.ts";

/** What each collector makes of the sections of the gathering script. */
const READERS: Readonly<Record<string, (sections: Sections, warn: (message: string) => void, path: string) => Facts>> =
  {
    platform: platformFacts,
    distribution: distributionFacts,
    lsb: lsbFacts,
    selinux: selinuxFacts,
    apparmor: (sections) => ({
      apparmor: { status: text(sections, "apparmor") === "enabled" ? "enabled" : "disabled" },
    }),
    chroot: chrootFacts,
    fips: (sections) => ({ fips: text(sections, "fips") === "1" }),
    python: pythonFacts,
    caps: capabilityFacts,
    pkg_mgr: packageManagerFacts,
    service_mgr: serviceManagerFacts,
    cmdline: commandLineFacts,
    date_time: timeFacts,
    env: environmentFacts,
    loadavg: loadFacts,
    ssh_pub_keys: hostKeyFacts,
    user: userFacts,
    systemd: systemdFacts,
    virtual: virtualFacts,
    hardware: (sections) => ({
      ...processorFacts(sections),
      ...memoryFacts(sections),
      ...firmwareFacts(sections),
      ...deviceFacts(sections),
      uptime_seconds: Math.floor(Number(text(sections, "uptime").split(" ")[0])),
      ...volumeFacts(sections),
      ...mountFacts(sections),
    }),
    dns: (sections) => ({ dns: resolver(text(sections, "resolv")) }),
    fibre_channel_wwn: (sections) => ({
      fibre_channel_wwn: lines(sections, "fibre-channel").map((name) => name.trim().slice(2)),
    }),
    network: networkFacts,
    iscsi: (sections) => ({
      iscsi_iqn:
        lines(sections, "iscsi")
          .find((line) => line.startsWith("InitiatorName="))
          ?.slice("InitiatorName=".length) ?? "",
    }),
    nvme: (sections) => ({ hostnqn: lines(sections, "nvme").find((line) => line.startsWith("nqn.")) ?? "" }),
    local: localFacts,
  };

/** Facts by their names without `ansible_`, of the chosen collectors. `warn` is told of local facts that cannot be read. */
export function factsOf(
  sections: Sections,
  collectors: ReadonlySet<string>,
  warn: (message: string) => void,
  factPath: string,
): Map<string, unknown> {
  const facts = new Map<string, unknown>();
  for (const [name, read] of Object.entries(READERS)) {
    if (!collectors.has(name)) continue;
    const found = read(sections, warn, factPath);
    for (const [fact, value] of Object.entries(found)) if (value !== undefined) facts.set(fact, value);
  }
  return facts;
}
