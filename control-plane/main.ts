import { execFile } from "node:child_process";
import { parseArgs } from "node:util";
import { nodePaths } from "#agent/protocol/messages.ts";
import { systemClock } from "#inventory/kernel/clock.ts";
import { errorRecordOf, exitCodeOf } from "#inventory/kernel/errors.ts";
import { jsonLog } from "#inventory/kernel/log.ts";
import { loadConfiguration } from "./configuration.ts";
import { startControlPlane } from "./control-plane.ts";

// A journal that stopped listening must not stop the control plane.
process.stdout.on("error", () => undefined);
const log = jsonLog((line) => process.stdout.write(line), systemClock);

/** Tells systemd, when it started us and waits for word. */
function notify(state: string): void {
  const socket = process.env["NOTIFY_SOCKET"];
  if (socket === undefined) return;
  execFile("systemd-notify", [`--pid=${process.pid}`, state], (error) => {
    if (error !== null) log.warn("systemd was not told", { state, error: error.message });
  });
}

function end(error: unknown): never {
  log.error("the control plane ends", { error: errorRecordOf(error) });
  process.exit(exitCodeOf(error));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { configuration: { type: "string", default: nodePaths.controlPlaneConfiguration } },
  });
  const loaded = await loadConfiguration(values.configuration);
  const running = await startControlPlane({ loaded, clock: systemClock, log, onFailure: end });
  const stop = () => {
    log.info("stopping");
    notify("STOPPING=1");
    running.stop().then(() => process.exit(0), end);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  log.info("serving", { site: loaded.configuration.site, port: running.port });
  notify("READY=1");
}

main().catch(end);
