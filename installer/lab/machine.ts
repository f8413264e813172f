import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { readFileIfThere } from "#inventory/kernel/files.ts";
import {
  type AptSource,
  aptHttpProxy,
  aptSettings,
  debianSourcesFor,
  parseDeb822Sources,
  parseOneLineSources,
} from "./apt-sources.ts";
import { labErrors } from "./errors.ts";
import type { LabOs } from "./profile.ts";
import type { CommandRunner } from "./runner.ts";

/** What lab hosts take over from the machine they run on, so that they reach packages the way it does. */
export interface MachineSettings {
  /** Debian archives for one release. */
  readonly sources: (os: LabOs) => readonly AptSource[];
  /** Lines for an apt.conf file. */
  readonly aptSettings: readonly string[];
  readonly httpProxy: string | undefined;
  /** Certificates the machine trusts beside Debian's. */
  readonly certificates: readonly { readonly name: string; readonly pem: string }[];
  readonly resolvConf: string;
}

const CERTIFICATES = "/usr/local/share/ca-certificates";

/** Reads the machine's apt sources and settings, its own certificates and its name servers. */
export async function readMachineSettings(runner: CommandRunner): Promise<MachineSettings> {
  const [sources, codename, dump, certificates, resolvConf] = await Promise.all([
    readAptSources(),
    readCodename(),
    runner.run("apt-config", ["dump"]),
    readCertificates(),
    readFileIfThere("/etc/resolv.conf"),
  ]);
  return {
    sources: (os) => {
      const found = debianSourcesFor(sources, codename, os);
      if (found.length === 0) throw labErrors.noMirror(codename);
      return found;
    },
    aptSettings: aptSettings(dump.stdout),
    httpProxy: aptHttpProxy(dump.stdout),
    certificates,
    resolvConf: resolvConf ?? "",
  };
}

async function readAptSources(): Promise<AptSource[]> {
  const directory = "/etc/apt/sources.list.d";
  const files = (await namesIn(directory)).sort().map((name) => join(directory, name));
  const found: AptSource[] = [];
  for (const path of ["/etc/apt/sources.list", ...files]) {
    const text = (await readFileIfThere(path)) ?? "";
    if (path.endsWith(".list")) found.push(...parseOneLineSources(text));
    if (path.endsWith(".sources")) found.push(...parseDeb822Sources(text));
  }
  return found;
}

async function readCodename(): Promise<string> {
  const text = (await readFileIfThere("/etc/os-release")) ?? "";
  return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1] ?? "";
}

async function readCertificates(): Promise<{ name: string; pem: string }[]> {
  const names = (await namesIn(CERTIFICATES)).filter((name) => name.endsWith(".crt")).sort();
  return Promise.all(
    names.map(async (name) => ({ name: basename(name), pem: await readFile(join(CERTIFICATES, name), "utf8") })),
  );
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
