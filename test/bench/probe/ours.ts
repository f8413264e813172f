/** Probes hosts once, in a process of its own, and prints what it cost as JSON. Arguments: key file, concurrency, addresses. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeServers } from "#installer/phases/probe-servers/probe-servers.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { selectTargets } from "#inventory/select/targets.ts";
import { openSite } from "#inventory/site-directory/site-directory.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { facts } from "#playbooks/facts/registry.ts";

const [keyFile = "", concurrency = "", ...addresses] = process.argv.slice(2);
const privateKey = new Secret(await readFile(keyFile, "utf8"));
const folder = await mkdtemp(join(tmpdir(), "bdap-bench-site-"));
const site = openSite(folder);
const rssBefore = process.memoryUsage().rss;
const cpuBefore = process.cpuUsage();
const started = performance.now();
const outcomes = await probeServers({
  targets: selectTargets(addresses),
  access: {
    endpoint: ({ name, address }) => ({ host: name, address, port: 22, user: "root", privateKey }),
    sudoPassword: undefined,
  },
  facts,
  hostKeys: openKnownHosts(site.paths.knownHosts),
  concurrency: Number(concurrency),
  keep: (reading) => site.writeFacts(reading.facts, reading.raw),
  signal: new AbortController().signal,
  onEvent: () => {},
});
const wallSeconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(cpuBefore);
await rm(folder, { recursive: true, force: true });
globalThis.gc?.();
const failed = outcomes.flatMap((outcome) => (outcome.status === "failed" ? [outcome.error] : []));
console.log(
  JSON.stringify({
    wallSeconds,
    cpuMilliseconds: (cpu.user + cpu.system) / 1000,
    rssBeforeMebibytes: rssBefore / 2 ** 20,
    rssMostMebibytes: process.resourceUsage().maxRSS / 1024,
    heapAfterMebibytes: process.memoryUsage().heapUsed / 2 ** 20,
    failed,
  }),
);
