import { constants } from "node:os";
import { execa } from "execa";
import type { Clock } from "#inventory/kernel/clock.ts";
import { systemClock } from "#inventory/kernel/clock.ts";
import type { Connector } from "../connector.ts";
import type { Channel, ChannelEnd } from "../shell/channel.ts";
import { ShellPool } from "../shell/pool.ts";
import { ShellConnector } from "../shell/shell-connector.ts";

export interface LocalOptions {
  /** Name used in messages; `localhost` unless given. */
  readonly host?: string;
  /** Name of the user this process runs as: becoming that one needs nothing. */
  readonly user: string;
  readonly clock?: Clock;
}

/** This machine as a {@link Connector}: what the agent and plays on the operator's own machine use. */
export function connectLocal(options: LocalOptions): Connector {
  const host = options.host ?? "localhost";
  const pool = new ShellPool({ host, user: options.user, open: openProcess });
  return new ShellConnector({ host, pool, clock: options.clock ?? systemClock, alive: () => true }, async () => {});
}

/**
 * Detached, so that the shell leads a session and a process group of its own: only then can all it started be ended
 * together, and a Ctrl-C in the terminal reaches this process alone.
 */
async function openProcess(commandLine: string): Promise<Channel> {
  const child = execa("/bin/sh", ["-c", commandLine], {
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const { stdin, stdout, stderr, nodeChildProcess } = child;
  const ended = new Promise<ChannelEnd>((resolve) => {
    nodeChildProcess.once("close", (code, signal) => resolve({ status: statusOf(code, signal) }));
    nodeChildProcess.once("error", () => resolve({ status: 127 }));
  });
  const close = () => {
    stdin.end();
    stdout.destroy();
    stderr.destroy();
    nodeChildProcess.unref();
  };
  return { stdin, stdout, stderr, ended, close };
}

function statusOf(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}
