import { type Facts, lines, pairs, type Sections, text } from "./fact-sections.ts";

/** Sockets, cores and threads from /proc/cpuinfo, counted as the original counts them. */
export function processorFacts(sections: Sections): Facts {
  const rows = lines(sections, "cpuinfo").map((line) => line.split(/\s*:\s*/));
  const values = (name: string) => rows.filter(([key]) => key?.trim() === name).map(([, value = ""]) => value.trim());
  const named = rows.filter(([key = ""]) =>
    ["model name", "Processor", "vendor_id", "cpu", "Vendor", "processor"].includes(key.trim()),
  );
  const threads = values("processor").length;
  const vendors = values("vendor_id").length;
  const machine = lines(sections, "uname")[2] ?? "";
  const usesCount = /^(armv|aarch|ppc)/.test(machine);
  const listed = vendors > 0 && vendors === values("model name").length ? vendors : named.length;
  const sockets = new Set(values("physical id")).size || (usesCount ? threads : listed);
  const cores = Number(values("cpu cores")[0] ?? 1) || 1;
  const siblings = values("siblings").at(-1);
  const perCore = Math.round((siblings === undefined ? 1 : Number(siblings)) / cores);
  return {
    processor: named.map(([, value = ""]) => value.trim()),
    processor_count: sockets,
    processor_cores: cores,
    processor_threads_per_core: perCore,
    processor_vcpus: perCore * sockets * cores,
    processor_nproc: Number(text(sections, "nproc")) || threads,
    flags: values("flags")
      .at(-1)
      ?.split(" ")
      .filter((flag) => flag !== ""),
  };
}

/** Memory and swap in mebibytes, from /proc/meminfo. */
export function memoryFacts(sections: Sections): Facts {
  const info = pairs(sections, "meminfo", ":");
  const mebibytes = (name: string) => Math.floor(Number.parseInt(info.get(name) ?? "0", 10) / 1024);
  const [total, free, buffers, cached] = [
    mebibytes("MemTotal"),
    mebibytes("MemFree"),
    mebibytes("Buffers"),
    mebibytes("Cached"),
  ];
  const [swapTotal, swapFree, swapCached] = [mebibytes("SwapTotal"), mebibytes("SwapFree"), mebibytes("SwapCached")];
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swapTotal,
    swapfree_mb: swapFree,
    memory_mb: {
      real: { total, used: total - free, free },
      nocache: { free: cached + free + buffers, used: total - (cached + free + buffers) },
      swap: { total: swapTotal, free: swapFree, used: swapTotal - swapFree, cached: swapCached },
    },
  };
}

/** Enclosure types of SMBIOS (DSP0134, System Enclosure or Chassis Types), by number. */
const FORM_FACTORS = [
  "Unknown|Other|Unknown|Desktop|Low Profile Desktop|Pizza Box|Mini Tower|Tower|Portable|Laptop|Notebook|Hand Held",
  "Docking Station|All In One|Sub Notebook|Space-saving|Lunch Box|Main Server Chassis|Expansion Chassis|Sub Chassis",
  "Bus Expansion Chassis|Peripheral Chassis|RAID Chassis|Rack Mount Chassis|Sealed-case PC|Multi-system|CompactPCI",
  "AdvancedTCA|Blade|Blade Enclosure|Tablet|Convertible|Detachable|IoT Gateway|Embedded PC|Mini PC|Stick PC",
].flatMap((row) => row.split("|"));

/** What the firmware says of the machine; `NA` for what it does not say. */
export function firmwareFacts(sections: Sections): Facts {
  const dmi = pairs(sections, "dmi");
  const value = (name: string) => (dmi.get(name) ?? "") || "NA";
  const chassis = value("chassis_type");
  const plain =
    "bios_date bios_vendor bios_version board_asset_tag board_name board_serial board_vendor board_version chassis_asset_tag chassis_serial chassis_vendor chassis_version product_name product_serial product_uuid product_version";
  return {
    ...Object.fromEntries(plain.split(" ").map((name) => [name, value(name)])),
    system_vendor: value("sys_vendor"),
    form_factor: chassis === "NA" ? "NA" : (FORM_FACTORS[Number(chassis)] ?? `unknown (${chassis})`),
  };
}
