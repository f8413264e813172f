import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Fact, FactSections, ParseContext } from "#playbooks/facts/fact.ts";
import { facts } from "#playbooks/facts/registry.ts";
import { caseText, type FactCase, readCase } from "./case-file.ts";
import { bootAndRead } from "./qemu.ts";
import { qemuProfiles } from "./qemu-profiles.ts";
import { runSections } from "./run-sections.ts";

const FACTS = fileURLToPath(new URL("../../../playbooks/facts", import.meta.url));

const USAGE = `Captures cases for playbooks/facts/*/cases, to be read and corrected by hand before they are committed.

  node test/tooling/capture-facts/main.ts --machine NAME [--fact NAME]… WHERE
  node test/tooling/capture-facts/main.ts --reparse [--fact NAME]…

WHERE is one of
  --local            this machine
  --ssh="ARGUMENTS"  words for ssh, the host last
  --qemu PROFILE     ${Object.keys(qemuProfiles).join(", ")}; needs root and Debian packages (README.md)
--without TOOL (with the first two) hides a tool that is installed there.
--reparse keeps what was captured and writes the reading that the parsers make of it now.
`;

const { values } = parseArgs({
  options: {
    machine: { type: "string" },
    fact: { type: "string", multiple: true },
    local: { type: "boolean" },
    ssh: { type: "string" },
    qemu: { type: "string" },
    without: { type: "string", multiple: true },
    reparse: { type: "boolean" },
  },
});

const without = values.without ?? [];
const chosen = facts.filter((fact) => values.fact === undefined || values.fact.includes(fact.name));
if (values.reparse) for (const fact of chosen) reparse(fact);
else if (values.machine === undefined) process.stderr.write(USAGE);
else if (values.local) await capture(values.machine, (fact) => runSections(fact, ["sh"], without), "127.0.0.1");
else if (values.ssh !== undefined) await captureOverSsh(values.machine, values.ssh.split(/\s+/));
else if (values.qemu !== undefined) await captureQemu(values.machine, values.qemu);
else process.stderr.write(USAGE);

async function captureOverSsh(machine: string, words: readonly string[]): Promise<void> {
  const address = words.at(-1)?.replace(/^.*@/, "") ?? "";
  await capture(machine, (fact) => runSections(fact, ["ssh", ...words, "sh"], without), address);
}

async function captureQemu(machine: string, profile: string): Promise<void> {
  const read = await bootAndRead(profile, chosen);
  await capture(machine, async (fact) => read.get(fact.name) ?? {}, "10.0.2.15");
}

async function capture(machine: string, read: (fact: Fact) => Promise<FactSections>, address: string): Promise<void> {
  for (const fact of chosen) {
    const context: ParseContext = { address, probedAtMilliseconds: Date.now() };
    const sections = await read(fact);
    write(fact, `${machine}.yml`, {
      origin: "captured",
      machine,
      context,
      sections,
      expect: fact.parse(sections, context),
    });
  }
}

function reparse(fact: Fact): void {
  const folder = join(FACTS, fact.name, "cases");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".yml"))) {
    const value = readCase(join(folder, name));
    write(fact, name, { ...value, expect: fact.parse(value.sections, value.context) });
  }
}

function write(fact: Fact, name: string, value: FactCase): void {
  const folder = join(FACTS, fact.name, "cases");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), caseText(value));
  process.stdout.write(`${join("playbooks/facts", fact.name, "cases", name)}\n`);
}
