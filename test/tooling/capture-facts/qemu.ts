import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Fact, FactSections, SectionOutput } from "#playbooks/facts/fact.ts";
import { CACHE, guestImage } from "./qemu-image.ts";
import { type QemuProfile, qemuProfiles } from "./qemu-profiles.ts";

const BOOT_DEADLINE = 900_000;

/**
 * Boots the machine of `profile` without KVM, runs every section of `facts` in it and gives what they printed by fact.
 * The machine powers itself off; it is killed after fifteen minutes.
 */
export async function bootAndRead(profile: string, facts: readonly Fact[]): Promise<ReadonlyMap<string, FactSections>> {
  const chosen = qemuProfiles[profile];
  if (chosen === undefined) throw new Error(`no QEMU profile ${profile}: ${Object.keys(qemuProfiles).join(", ")}`);
  const image = await guestImage(chosen.system);
  const folder = mkdtempSync(join(CACHE, "run-"));
  try {
    const sections = join(folder, "sections.sh");
    const output = join(folder, "output");
    writeFileSync(sections, guestScript(chosen, facts));
    await chosen.disks(folder);
    const words = [
      ...["-nographic", "-no-reboot", "-m", "2048", "-accel", "tcg,thread=single"],
      ...["-kernel", image.kernel, "-initrd", image.initrd],
      ...["-append", "root=/dev/vda rw console=ttyS0 systemd.show_status=false quiet net.ifnames=1"],
      ...["-drive", `file=${image.root},if=none,id=system,format=raw,snapshot=on`],
      ...["-device", "virtio-blk-pci,drive=system,serial=SYSTEM-0001"],
      ...["-fw_cfg", `name=opt/bdap/sections,file=${sections}`],
      ...["-serial", "file:/dev/stderr", "-serial", `file:${output}`, "-monitor", "none"],
      ...chosen.machine(folder),
    ];
    await execa("qemu-system-x86_64", words, { timeout: BOOT_DEADLINE, stdin: "ignore", stderr: "inherit" });
    const read = readFrames(readFileSync(output, "latin1"));
    for (const fact of facts)
      for (const section of Object.keys(fact.sections))
        if (read.get(fact.name)?.[section] === undefined) throw new Error(`${fact.name}/${section} did not come back`);
    return read;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints `@@ FACT SECTION STATUS STDOUT STDERR` with both outputs in base64, one line for each section. */
function guestScript(profile: QemuProfile, facts: readonly Fact[]): string {
  const runs = facts.flatMap((fact) =>
    Object.entries(fact.sections).map(
      ([name, script]) => `cat >/run/section.sh <<'END-OF-SECTION'
${script}
END-OF-SECTION
timeout 60 sh /run/section.sh >/run/section.out 2>/run/section.err </dev/null
echo "@@ ${fact.name} ${name} $? $(base64 -w0 /run/section.out). $(base64 -w0 /run/section.err)."`,
    ),
  );
  // The firmware leaves an unfinished line on every serial port.
  return [profile.prepare, "echo", ...runs].join("\n");
}

function readFrames(output: string): ReadonlyMap<string, FactSections> {
  const read = new Map<string, Record<string, SectionOutput>>();
  const decoded = (text: string | undefined) => Buffer.from((text ?? "").replace(/\.$/, ""), "base64").toString("utf8");
  for (const line of output.split(/\r?\n/)) {
    const [mark, fact, name, status, stdout, stderr] = line.split(" ");
    if (mark !== "@@" || fact === undefined || name === undefined) continue;
    const sections = read.get(fact) ?? {};
    sections[name] = { stdout: decoded(stdout), stderr: decoded(stderr), status: Number(status) };
    read.set(fact, sections);
  }
  return read;
}
