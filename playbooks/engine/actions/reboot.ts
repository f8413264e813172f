import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "#inventory/kernel/errors.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { CommandResult } from "../../connectors/connector.ts";
import { numeric, pythonString } from "../expression/values.ts";
import { type ActionContext, failure, type Result } from "./action.ts";

const KNOWN = [
  "boot_time_command",
  "connect_timeout",
  "connect_timeout_sec",
  "msg",
  "post_reboot_delay",
  "post_reboot_delay_sec",
  "pre_reboot_delay",
  "pre_reboot_delay_sec",
  "reboot_command",
  "reboot_timeout",
  "reboot_timeout_sec",
  "search_paths",
  "test_command",
];
const SEARCH_PATHS = ["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin"];
const LONGEST_PAUSE = 12;

/** `reboot`: starts the host anew and waits until it answers with another boot identity and the test command succeeds. */
export async function reboot(context: ActionContext): Promise<Result> {
  const unknown = [...context.arguments.keys()].filter((name) => !KNOWN.includes(name)).sort();
  if (unknown.length > 0) return failure(`Invalid options for ${context.task.writtenModule}: ${unknown.join(",")}`);
  if (context.scope.get("ansible_connection") === "local") {
    const msg = `Running ${context.task.writtenModule} with local connection would reboot the control node.`;
    return failure(msg, { elapsed: 0, rebooted: false });
  }
  if (context.settings.checkMode) return { changed: true, elapsed: 0, rebooted: true };
  const before = await run(context, bootTimeCommand(context));
  if (before.status !== 0) return { ...failure(bootTimeFailure(context, before)), reboot: false };
  const command = await rebootCommand(context);
  if (typeof command !== "string") return command;
  const start = performance.now();
  const elapsed = () => ({ elapsed: Math.floor((performance.now() - start) / 1000) });
  const refused = await initiate(context, command);
  if (refused !== undefined) return { ...refused, ...elapsed() };
  await sleep(seconds(context, "post_reboot_delay", 0) * 1000, undefined, { signal: context.signal });
  const timeout = seconds(context, "reboot_timeout", 600);
  const isBack = await until(context, timeout, async () => {
    const now = await run(context, bootTimeCommand(context));
    return now.status === 0 && now.stdout.trim() !== "" && now.stdout.trim() !== before.stdout.trim();
  });
  if (!isBack) return { ...timedOut("last boot time check", timeout), ...elapsed() };
  const test = text(context, "test_command", "whoami");
  const isWell = await until(context, timeout, async () => (await run(context, test)).status === 0);
  if (!isWell) return { ...timedOut("post-reboot test command", timeout), ...elapsed() };
  return { changed: true, rebooted: true, ...elapsed() };
}

function timedOut(what: string, timeout: number): Result {
  return { changed: false, failed: true, rebooted: true, msg: `Timed out waiting for ${what} (timeout=${timeout})` };
}

function bootTimeCommand(context: ActionContext): string {
  return text(context, "boot_time_command", "cat /proc/sys/kernel/random/boot_id");
}

function bootTimeFailure(context: ActionContext, { status, stdout, stderr }: CommandResult): string {
  return `${context.task.writtenModule}: failed to get host boot time info, rc: ${status}, stdout: ${stdout}, stderr: ${stderr}`;
}

/** The command line that starts the host anew, or why there is none. */
async function rebootCommand(context: ActionContext): Promise<string | Result> {
  const own = context.arguments.get("reboot_command");
  const [program = "shutdown", ...words] = own === undefined ? ["shutdown"] : pythonString(own).split(" ");
  const rest = own === undefined ? shutdownWords(context) : words.join(" ");
  if (program.startsWith("/")) return `${program} ${rest}`;
  const given = context.arguments.get("search_paths");
  const paths = given === undefined ? SEARCH_PATHS : (Array.isArray(given) ? given : [given]).map(pythonString);
  const look = paths.map(
    (path) => `[ -x ${shellQuote(`${path}/${program}`)} ] && echo ${shellQuote(`${path}/${program}`)} && exit 0\n`,
  );
  const found = (await run(context, `${look.join("")}exit 0\n`)).stdout.trim();
  if (found !== "") return `${shellQuote(found)} ${rest}`;
  const shown = paths.map((path) => `'${path}'`).join(", ");
  return failure(`Unable to find command "${program}" in search paths: [${shown}]`);
}

/** shutdown(8) counts in minutes. */
function shutdownWords(context: ActionContext): string {
  const minutes = Math.floor(Math.max(0, seconds(context, "pre_reboot_delay", 0)) / 60);
  return `-r ${minutes} ${shellQuote(text(context, "msg", "Reboot initiated by Ansible"))}`;
}

/** A connection that breaks is what a host that starts anew does. */
async function initiate(context: ActionContext, command: string): Promise<Result | undefined> {
  try {
    const outcome = await run(context, command);
    if (outcome.status === 0) return undefined;
    // The shell itself may have been ended by the host that goes down.
    if (outcome.status > 128) return undefined;
    const said = `${outcome.stdout.trim()}, ${outcome.stderr.trim()}`;
    return failure(`Reboot command failed. Error was: '${said}'`, { rebooted: false });
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  } finally {
    await context.dropConnection();
  }
}

/** Tries with growing pauses until it is so or the time is over; each failure may mean that the connection is of no use. */
async function until(context: ActionContext, timeout: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + timeout * 1000;
  for (let count = 0; performance.now() < deadline; count++) {
    try {
      if (await isSo()) return true;
    } catch (error) {
      context.signal.throwIfAborted();
      if (messageOf(error) === "") throw error;
      await context.dropConnection();
    }
    const pause = Math.min(2 ** Math.min(count, 4) / 2, LONGEST_PAUSE) * 1000;
    await sleep(Math.min(pause, Math.max(0, deadline - performance.now())), undefined, { signal: context.signal });
  }
  return false;
}

async function run(context: ActionContext, script: string): Promise<CommandResult> {
  const connector = await context.connector();
  const { become, environment } = context.settings;
  const limit = seconds(context, "connect_timeout", 30);
  return connector.run(
    {
      script,
      environment,
      timeoutMilliseconds: Math.max(1, limit) * 1000,
      ...(become === undefined ? {} : { become }),
    },
    context.signal,
  );
}

function text(context: ActionContext, name: string, otherwise: string): string {
  const value = context.arguments.get(name);
  return value === undefined || value === null ? otherwise : pythonString(value);
}

function seconds(context: ActionContext, name: string, otherwise: number): number {
  const value = context.arguments.get(name) ?? context.arguments.get(`${name}_sec`);
  return value === undefined || value === null ? otherwise : (numeric(value) ?? Number(value));
}
