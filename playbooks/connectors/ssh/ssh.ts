import { constants } from "node:os";
import type { ClientChannel } from "ssh2";
import { type Clock, systemClock } from "#inventory/kernel/clock.ts";
import type { Connector, Endpoint } from "../connector.ts";
import { hostUnreachable } from "../errors.ts";
import { type Channel, type ChannelEnd, type OpenChannel, SessionsExhausted } from "../shell/channel.ts";
import { ShellPool } from "../shell/pool.ts";
import { ShellConnector } from "../shell/shell-connector.ts";
import type { SignInWay } from "./authentication.ts";
import { openClient, type SshClient } from "./client.ts";
import { JumpHosts } from "./jump-hosts.ts";
import type { HostKeyStore } from "./known-hosts.ts";

const GOODBYE_MILLISECONDS = 2_000;

export interface SshOptions {
  readonly hostKeys: HostKeyStore;
  /** Ends the attempt to connect; once connected it has no further effect. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Jump-host connections shared with other hosts; its owner closes it. One of its own unless given. */
  readonly jumps?: JumpHosts;
}

export interface SshConnector extends Connector {
  /** `SHA256:…` of the host key the server showed. */
  readonly hostKey: string;
  /** What let the user in. */
  readonly signedInWith: SignInWay;
}

/**
 * A host over SSH: one connection, signed in with key, agent or password in that order, the host key checked against
 * the store. Scripts run on persistent shells, one round trip each. Rejects as {@link Connector} says.
 */
export async function connectSsh(endpoint: Endpoint, options: SshOptions): Promise<SshConnector> {
  const signal = options.signal ?? new AbortController().signal;
  const jumps = options.jumps ?? new JumpHosts(options.hostKeys);
  const closeJumps = () => {
    if (options.jumps === undefined) jumps.close();
  };
  let ssh: SshClient;
  try {
    ssh = await openClient(endpoint, { hostKeys: options.hostKeys, signal, dial: jumps.dial(endpoint) });
  } catch (error) {
    closeJumps();
    throw error;
  }
  const { host, user } = endpoint;
  const pool = new ShellPool({ host, user, open: sessionsOf(host, ssh) });
  const target = { host, pool, clock: options.clock ?? systemClock, alive: ssh.alive };
  const connector = new ShellConnector(target, async () => {
    await disconnect(ssh);
    closeJumps();
  });
  return Object.assign(connector, { hostKey: ssh.fingerprint, signedInWith: ssh.signedInWith });
}

function sessionsOf(host: string, { client, alive }: SshClient): OpenChannel {
  return (commandLine) =>
    new Promise((resolve, reject) => {
      if (!alive()) return reject(hostUnreachable(host, "the connection was lost"));
      client.exec(commandLine, (error, stream) => {
        if (error === undefined) resolve(channelOf(stream));
        else if (/open failed/i.test(error.message)) reject(new SessionsExhausted(error.message));
        else reject(hostUnreachable(host, error.message, error));
      });
    });
}

/** `exit` may come before the last data, and not at all when the connection is lost: only `close` ends a channel. */
function channelOf(stream: ClientChannel): Channel {
  let status: number | null = null;
  stream.on("exit", (code: number | null, signal?: string) => {
    status = code ?? 128 + signalNumber(signal);
  });
  stream.on("error", () => {});
  stream.stderr.on("error", () => {});
  const ended = new Promise<ChannelEnd>((resolve) => stream.once("close", () => resolve({ status })));
  const close = () => stream.close();
  return { stdin: stream, stdout: stream, stderr: stream.stderr, ended, close };
}

function signalNumber(signal: string | undefined): number {
  const name = `SIG${(signal ?? "").replace(/^SIG/, "")}`;
  return Object.entries(constants.signals).find(([key]) => key === name)?.[1] ?? 0;
}

function disconnect({ client, alive }: SshClient): Promise<void> {
  return new Promise((resolve) => {
    if (!alive()) return resolve();
    const timer = setTimeout(() => client.destroy(), GOODBYE_MILLISECONDS);
    client.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    client.end();
  });
}
