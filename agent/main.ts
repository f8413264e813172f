import { parseArgs } from "node:util";
import { systemClock } from "#inventory/kernel/clock.ts";
import { errorRecordOf, exitCodeOf } from "#inventory/kernel/errors.ts";
import { writeFileDurably } from "#inventory/kernel/files.ts";
import { jsonLog } from "#inventory/kernel/log.ts";
import { checks } from "./checks/registry.ts";
import { readHardware } from "./collectors/inventory/hardware.ts";
import { realHost } from "./collectors/node-host.ts";
import { collectors } from "./collectors/registry.ts";
import { loadConfiguration } from "./configuration.ts";
import { usage } from "./errors.ts";
import { machineIdentity } from "./identity/machine.ts";
import { readSmart } from "./jobs/read-smart/job.ts";
import { runAgent } from "./loop/agent.ts";
import { checkOnce } from "./loop/check-once.ts";
import { processRunner } from "./processes/run-process.ts";
import { nodePaths } from "./protocol/messages.ts";
import { noSupervision, systemdSupervision } from "./supervision/systemd.ts";
import { AGENT_VERSION } from "./version.ts";

const log = jsonLog((line) => process.stdout.write(line), systemClock);

main(process.argv.slice(2)).catch((error: unknown) => {
  const { message, ...fields } = errorRecordOf(error);
  log.error(message, fields);
  process.exitCode = exitCodeOf(error);
});

async function main(words: string[]): Promise<void> {
  const { values, positionals } = read(words);
  const [command = "run", ...rest] = positionals;
  if (rest.length > 0) throw usage(`Too many words: ${rest.join(" ")}`);
  const configurationPath = values.configuration ?? nodePaths.agentConfiguration;
  if (command === "version") process.stdout.write(`${AGENT_VERSION}\n`);
  else if (command === "run") await run(configurationPath);
  else if (command === "check") await check(values.configuration);
  else if (command === "smart") await smart(values.output);
  else if (command === "inventory") process.stdout.write(`${JSON.stringify(await readHardware())}\n`);
  else throw usage(`There is no command ${command}.`);
}

function read(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: { configuration: { type: "string" }, output: { type: "string" }, once: { type: "boolean" } },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

async function run(configurationPath: string): Promise<void> {
  const configuration = await loadConfiguration(configurationPath);
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog } = process.env;
  const supervision =
    socket === undefined ? noSupervision : systemdSupervision(socket, Number(watchdog ?? 0), systemClock);
  const ending = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => ending.abort());
  ending.signal.addEventListener("abort", () => supervision.stopping());
  supervision.ready();
  await runAgent(
    {
      configuration,
      machine: await machineIdentity(),
      agentVersion: AGENT_VERSION,
      collectors,
      checks,
      run: processRunner(),
      self: self(),
      clock: systemClock,
      random: Math.random,
      log,
      onRound: (standing) => supervision.alive(standing),
    },
    ending.signal,
  );
  log.info("stopped");
}

async function check(configurationPath: string | undefined): Promise<void> {
  const configuration = configurationPath === undefined ? undefined : await loadConfiguration(configurationPath);
  const seen = await checkOnce({
    configuration,
    collectors,
    checks,
    run: processRunner(),
    self: self(),
    clock: systemClock,
  });
  process.stdout.write(`${JSON.stringify(seen, null, 2)}\n`);
}

async function smart(output: string | undefined): Promise<void> {
  if (output === undefined) throw usage("`smart` needs --output FILE.");
  const report = await readSmart(realHost(processRunner(), {}, () => undefined));
  await writeFileDurably(output, `${JSON.stringify(report)}\n`, 0o644);
  log.info("SMART read", { disks: report.disks.length, tool: report.tool ?? "not installed", output });
}

function self(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
}
