import { type Facts, fileContents, humanBytes, lines, type Sections, text } from "./fact-sections.ts";

type Links = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** Every block device of /sys/block with its partitions, and the links to them under /dev/disk. */
export function deviceFacts(sections: Sections): Facts {
  const names = lines(sections, "block-devices").map((line) => line.split(" ")[0] ?? "");
  const links = deviceLinks(sections);
  const contents = fileContents(sections, "block-attributes");
  const holders = lines(sections, "block-holders");
  const serials = new Map(lines(sections, "scsi-serials").map((line) => [line.split(" ")[0], line.split(" ")[1]]));
  const devices: Record<string, unknown> = {};
  for (const line of lines(sections, "block-devices")) {
    const [name = "", target = ""] = line.split(" ");
    const at = (path: string) => contents.get(`/sys/block/${name}/${path}`) || undefined;
    const serial = serials.get(name) ?? at("device/serial");
    const wwn = (links.get("ids")?.get(name) ?? []).find((link) => link.startsWith("wwn-"))?.slice(4);
    const { sectorsize, sectors, size } = capacity(
      at("size"),
      at("queue/logical_block_size") ?? at("queue/hw_sector_size"),
    );
    devices[name] = {
      virtual: 1,
      links: linksOf(links, name),
      ...Object.fromEntries(
        ["vendor", "model", "sas_address", "sas_device_handle"].map((key) => [key, at(`device/${key}`) ?? null]),
      ),
      ...(serial === undefined ? {} : { serial }),
      removable: at("removable") ?? null,
      support_discard: at("queue/discard_max_hw_bytes") === "0" ? "0" : (at("queue/discard_granularity") ?? null),
      ...(wwn === undefined ? {} : { wwn }),
      partitions: partitions(name, sections, contents, links, holders),
      rotational: at("queue/rotational") ?? null,
      scheduler_mode: /\[(.*)\]/.exec(at("queue/scheduler") ?? "")?.[1] ?? "",
      sectorsize,
      sectors,
      size,
      host: controller(target, text(sections, "pci")),
      holders: holdersOf(`/sys/block/${name}`, holders),
    };
  }
  const shown = Object.fromEntries([...links].map(([kind, members]) => [kind, Object.fromEntries(members)]));
  return names.length === 0 ? { devices } : { devices, device_links: shown };
}

/** sysfs counts sectors of 512 bytes, whatever the device's own are (kernel's ABI documentation, sysfs-block). */
function capacity(count: string | undefined, block: string | undefined) {
  const bytes = Number(count ?? 0) * 512;
  const sectorsize = block ?? 512;
  const sectors = Math.floor(bytes / Number(sectorsize));
  return { sectorsize, sectors, size: humanBytes(sectors * Number(sectorsize)) };
}

function partitions(
  name: string,
  sections: Sections,
  contents: ReadonlyMap<string, string>,
  links: Links,
  holders: readonly string[],
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const uuids = new Map(
    lines(sections, "disk-links")
      .map((line) => line.split(" "))
      .filter(([path]) => path?.startsWith("/dev/disk/by-uuid/"))
      .map(([path = "", target = ""]) => [target.split("/").at(-1), path.split("/").at(-1)]),
  );
  for (const path of contents.keys()) {
    const part = new RegExp(`^/sys/block/${escaped(name)}/(${escaped(name)}p?\\d+)/size$`).exec(path)?.[1];
    if (part === undefined) continue;
    const at = (key: string) => contents.get(`/sys/block/${name}/${part}/${key}`);
    // The original asks the partition for a block size, which only whole devices have, and so takes 512.
    const { sectorsize, sectors, size } = capacity(at("size"), undefined);
    found[part] = {
      links: linksOf(links, part),
      start: at("start") ?? 0,
      sectorsize,
      sectors,
      size,
      uuid: uuids.get(part) ?? null,
      holders: holdersOf(`/sys/block/${name}/${part}`, holders),
    };
  }
  return found;
}

function deviceLinks(sections: Sections): Links {
  const kinds: Record<string, Map<string, string[]>> = {
    ids: new Map(),
    uuids: new Map(),
    labels: new Map(),
    masters: new Map(),
  };
  const add = (kind: string, target: string, name: string) => {
    const members = kinds[kind] ?? new Map<string, string[]>();
    members.set(target, [...new Set([...(members.get(target) ?? []), name])].sort());
  };
  for (const line of lines(sections, "disk-links")) {
    const [, kind, name = "", target = ""] = /^\/dev\/disk\/by-(id|uuid|label)\/(\S+) (\S+)$/.exec(line) ?? [];
    if (kind !== undefined) add(`${kind}s`, target.split("/").at(-1) ?? "", name);
  }
  for (const line of lines(sections, "block-holders")) {
    const [, device = "", slave] = /^\/sys\/block\/([^/]+)\/slaves\/([^/\s]+)$/.exec(line) ?? [];
    if (slave !== undefined) add("masters", slave, device);
  }
  return new Map(Object.entries(kinds));
}

function linksOf(links: Links, device: string): Record<string, readonly string[]> {
  return Object.fromEntries([...links].map(([kind, members]) => [kind, members.get(device) ?? []]));
}

function holdersOf(folder: string, holders: readonly string[]): string[] {
  return holders.flatMap((line) => {
    const [path = "", name = ""] = line.split(" ");
    if (!path.startsWith(`${folder}/holders/`)) return [];
    return [name === "" ? (path.split("/").at(-1) ?? "") : name];
  });
}

function controller(target: string, pci: string): string {
  const address = /.+\/([a-f0-9]{4}:[a-f0-9]{2}:[01][a-f0-9]\.[0-7])\//.exec(target)?.[1];
  if (address === undefined) return "";
  return (
    pci
      .split("\n")
      .find((line) => line.startsWith(`${address} `))
      ?.slice(address.length + 1) ?? ""
  );
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
