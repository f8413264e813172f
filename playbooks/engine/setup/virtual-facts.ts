import { type Facts, lines, pairs, type Sections, text } from "./fact-sections.ts";

/** What a host runs in, and what it can run; the first thing found names the type, as in the original. */
export function virtualFacts(sections: Sections): Facts {
  const guest = new Set<string>();
  const host = new Set<string>();
  let named: { readonly type: string; readonly role: string } | undefined;
  const name = (type: string, role: string) => {
    named ??= { type, role };
  };
  for (const type of guestSigns(sections)) {
    guest.add(type);
    name(type, "guest");
  }
  if (
    ["docker", "lxc", "podman", "openvz", "containerd"].some((type) => guest.has(type)) ||
    text(sections, "container") !== ""
  )
    guest.add("container");
  if (there(sections, "/proc/xen")) {
    const isHost = text(sections, "virtualization").includes("control_d");
    if (isHost) host.add("xen");
    name("xen", isHost ? "host" : "guest");
  }
  for (const type of firmwareSigns(sections)) {
    guest.add(type);
    name(type, "guest");
  }
  const modules = lines(sections, "virtualization").map((line) => line.split(" ")[0]);
  if (modules.includes("kvm")) {
    host.add("kvm");
    name("kvm", "host");
  }
  if (modules.includes("vboxdrv")) {
    host.add("virtualbox");
    name("virtualbox", "host");
  }
  if (modules.includes("virtio")) {
    host.add("kvm");
    name("kvm", "guest");
  }
  if (there(sections, "/dev/kvm")) {
    host.add("kvm");
    name("kvm", "host");
  }
  return {
    virtualization_type: named?.type ?? "NA",
    virtualization_role: named?.role ?? "NA",
    virtualization_tech_guest: [...guest],
    virtualization_tech_host: [...host],
  };
}

function there(sections: Sections, path: string): boolean {
  return lines(sections, "virtualization").includes(`there ${path}`);
}

function guestSigns(sections: Sections): string[] {
  const found: string[] = [];
  for (const line of lines(sections, "virtualization")) {
    if (/\/docker(\/|-[0-9a-f]+\.scope)/.test(line)) found.push("docker");
    if (/\/lxc\/|\/machine\.slice\/machine-lxc/.test(line)) found.push("lxc");
    if (line.includes("/system.slice/containerd.service")) found.push("containerd");
    if (line.startsWith("container=lxc")) found.push("lxc");
    if (line.startsWith("container=podman")) found.push("podman");
    if (/^container=./.test(line)) found.push("container");
  }
  if (there(sections, "/proc/vz") && !there(sections, "/proc/lve") && !there(sections, "/proc/bc"))
    found.push("openvz");
  const systemd = text(sections, "container");
  if (systemd !== "") found.push(systemd);
  if (there(sections, "/.dockerenv") || there(sections, "/.dockerinit")) found.push("docker");
  return found;
}

function firmwareSigns(sections: Sections): string[] {
  const dmi = pairs(sections, "dmi");
  const [product, vendor, bios] = ["product_name", "sys_vendor", "bios_vendor"].map((key) => dmi.get(key) ?? "");
  const signs: readonly (readonly [string, boolean])[] = [
    ["kvm", ["KVM", "KVM Server", "Bochs", "AHV", "CloudStack KVM Hypervisor"].includes(product ?? "")],
    ["oVirt", vendor === "oVirt"],
    ["RHV", vendor === "Red Hat" && dmi.get("product_family") === "RHV"],
    ["RHEV", vendor === "Red Hat" && product === "RHEV Hypervisor"],
    ["VMware", product?.startsWith("VMware") === true],
    ["openstack", ["OpenStack Compute", "OpenStack Nova"].includes(product ?? "")],
    ["xen", bios === "Xen"],
    ["virtualbox", bios === "innotek GmbH"],
    ["kvm", ["Amazon EC2", "DigitalOcean", "Hetzner", "Linode"].includes(bios ?? "")],
    ["kvm", ["QEMU", "Amazon EC2", "DigitalOcean", "Google", "Scaleway", "Nutanix"].includes(vendor ?? "")],
    ["KubeVirt", vendor === "KubeVirt"],
    ["VirtualPC", vendor === "Microsoft Corporation"],
    ["parallels", vendor === "Parallels Software International Inc."],
    ["openstack", vendor === "OpenStack Foundation"],
    ["kvm", /^model name.*QEMU Virtual CPU/m.test(text(sections, "cpuinfo"))],
    ["uml", /^(vendor_id.*User Mode Linux|model name.*UML)/m.test(text(sections, "cpuinfo"))],
  ];
  return signs.filter(([, isSo]) => isSo).map(([type]) => type);
}
