import type { FactValue } from "#inventory/schema/facts.ts";
import type { Fact } from "../fact.ts";
import { cleanText, distinct, keyValues, type Printed, printedBy, scaledNumber } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { cpuList } from "./cpu-list.ts";

const MAX_FLAGS = 500;

export const processor: Fact<"processor"> = {
  name: "processor",
  title: "Processor model, sockets, cores, threads, NUMA nodes, flags",
  sections: {
    // Only the first processor's block: the whole file is half a megabyte on a large machine.
    model: section(`
sed '/^$/q' /proc/cpuinfo
grep -q '^model name' /proc/cpuinfo || { have lscpu && echo && lscpu; }
:`),
    topology: section(`
cd /sys/devices/system/cpu || exit 0
grep -aH '' online cpu[0-9]*/topology/physical_package_id cpu[0-9]*/topology/thread_siblings_list cpu0/cpufreq/cpuinfo_max_freq
:`),
    numa: section(`
cd /sys/devices/system/node || exit 0
grep -aH '' node[0-9]*/cpulist
grep -aH MemTotal node[0-9]*/meminfo
:`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const model = printedBy(sections, "model");
    const topology = printedBy(sections, "topology");
    const values = keyValues(topology.lines, ":");
    const cpuinfo = keyValues(model.lines, ":");
    const online = cpuList(values.get("online"));
    const frequency = scaledNumber(values.get("cpu0/cpufreq/cpuinfo_max_freq"), 1);
    return unknown.reading({
      model: unknown.or("model", nameOf(cpuinfo, "model name", "Model name"), model.why("the kernel names no model")),
      vendor: unknown.or("vendor", nameOf(cpuinfo, "vendor_id", "Vendor ID"), model.why("the kernel names no vendor")),
      sockets: unknown.or("sockets", socketsOf(values, online), topology.why("the kernel does not say")),
      cores: unknown.or("cores", coresOf(values, online), topology.why("the kernel does not say")),
      threads: unknown.or("threads", online?.length, topology.why("the kernel does not say")),
      numaNodes: numaNodes(printedBy(sections, "numa"), unknown),
      flags: flagsOf(cpuinfo, unknown, model),
      maxMegahertz: unknown.or(
        "maxMegahertz",
        frequency === null ? null : frequency / 1000,
        topology.why("no frequency scaling driver is loaded"),
      ),
    });
  },
};

function nameOf(cpuinfo: ReadonlyMap<string, string>, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const name = cleanText(cpuinfo.get(key));
    if (name !== null && name !== "-") return name;
  }
  return null;
}

function socketsOf(values: ReadonlyMap<string, string>, online: readonly number[] | null): number | null {
  const packages = (online ?? []).map((cpu) => values.get(`cpu${cpu}/topology/physical_package_id`));
  const known = packages.every((id) => id !== undefined && /^\d{1,6}$/.test(id));
  return packages.length > 0 && known ? new Set(packages).size : null;
}

function coresOf(values: ReadonlyMap<string, string>, online: readonly number[] | null): number | null {
  const siblings = (online ?? []).map((cpu) => values.get(`cpu${cpu}/topology/thread_siblings_list`));
  const known = siblings.every((list) => cpuList(list) !== null);
  return siblings.length > 0 && known ? new Set(siblings).size : null;
}

function flagsOf(cpuinfo: ReadonlyMap<string, string>, unknown: Unknowns, printed: Printed): string[] {
  const text = cpuinfo.get("flags") ?? cpuinfo.get("Features") ?? cpuinfo.get("Flags") ?? "";
  const flags = distinct(
    text.split(/\s+/).filter((flag) => /^[a-z0-9_.:-]{1,40}$/i.test(flag)),
    MAX_FLAGS,
  );
  if (flags.length === 0) unknown.because("flags", printed.why("the kernel lists none"));
  return flags;
}

function numaNodes(printed: Printed, unknown: Unknowns): FactValue<"processor">["numaNodes"] {
  const nodes = printed.lines.flatMap((line) => {
    const match = /^node(\d{1,6})\/cpulist:([0-9,-]{0,2000})$/.exec(line);
    return match?.[1] === undefined ? [] : [{ id: Number(match[1]), threads: match[2] ?? "" }];
  });
  if (nodes.length === 0) unknown.because("numaNodes", printed.why("the kernel lists none"));
  const sizes = keyValues(
    printed.lines.filter((line) => line.includes("MemTotal")).map((line) => line.replace(/:.*MemTotal:/, ":")),
    ":",
  );
  return nodes
    .sort((a, b) => a.id - b.id)
    .slice(0, 1_000)
    .map((node, index) => ({
      ...node,
      memoryBytes: unknown.or(
        `numaNodes/${index}/memoryBytes`,
        scaledNumber(sizes.get(`node${node.id}/meminfo`)?.replace(/ kB$/, ""), 1024),
        printed.why("the kernel does not say"),
      ),
    }));
}
