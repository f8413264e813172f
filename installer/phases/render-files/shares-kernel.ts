import type { ServerFacts } from "#inventory/schema/facts.ts";

/** Kinds of virtualisation, in systemd-detect-virt's words, that share the kernel of the machine around them. */
const CONTAINERS = new Set([
  "systemd-nspawn",
  "lxc",
  "lxc-libvirt",
  "docker",
  "podman",
  "openvz",
  "rkt",
  "wsl",
  "proot",
  "pouch",
]);

/** Whether this server's clock and kernel settings belong to another machine. */
export function sharesKernel(facts: ServerFacts | undefined): boolean {
  const kind = facts?.facts["operating-system"].value?.virtualisation;
  return kind !== null && kind !== undefined && CONTAINERS.has(kind);
}
