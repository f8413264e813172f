import type { Argument } from "../operation.ts";

export const mountArguments: Readonly<Record<string, Argument>> = {
  path: { type: "path", required: true, aliases: ["name"], description: "Where it is mounted." },
  src: { type: "path", description: "What is mounted: a device, a folder, a server's export." },
  fstype: { type: "str", description: "The file system's type." },
  opts: { type: "str", description: "Mount options, with commas between." },
  opts_no_log: { type: "bool", default: false, description: "The options are secret." },
  dump: { type: "str", default: "0", description: "Fifth field of fstab(5)." },
  passno: { type: "str", default: "0", description: "Sixth field of fstab(5)." },
  state: {
    type: "str",
    required: true,
    choices: ["absent", "absent_from_fstab", "mounted", "present", "unmounted", "remounted", "ephemeral"],
    description: "Whether it is in fstab, mounted, both, or neither.",
  },
  fstab: { type: "str", description: "The file to use instead of /etc/fstab." },
  boot: { type: "bool", default: true, description: "Whether it is mounted at start." },
  backup: { type: "bool", default: false, description: "Keep the old fstab, with the time in its name." },
};
