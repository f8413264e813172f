import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type Client, type ConnectConfig } from "ssh2";
import { ApplianceError, messageOf, systemCodeOf } from "#inventory/kernel/errors.ts";
import type { Endpoint } from "../connector.ts";
import { commandCancelled, hostKeyChanged, hostUnreachable, loginRefused } from "../errors.ts";
import { authenticationOf, type SignInWay } from "./authentication.ts";
import { fingerprintOf, type HostKeyStore } from "./known-hosts.ts";

const CONNECT_MILLISECONDS = 10_000;
/** Key exchange and sign-in: slow where a host is busy or asks an absent name server or directory first. */
const HANDSHAKE_MILLISECONDS = 60_000;
/** sshd drops connections at random under MaxStartups: such a loss before the handshake is tried again. */
const ATTEMPTS = 4;
/** What sshd does with a user whose account has expired or is locked, without a word. */
const CLOSED_MEANWHILE = "it closed the connection during sign-in, as it does when the account is expired or locked";
const KEEPALIVE = { keepaliveInterval: 10_000, keepaliveCountMax: 3 };

/** A signed-in SSH connection. */
export interface SshClient {
  readonly client: Client;
  /** `SHA256:…` of the host key the server showed. */
  readonly fingerprint: string;
  readonly signedInWith: SignInWay;
  readonly alive: () => boolean;
}

/** Opens the byte stream to the SSH server: a TCP connection, or a forwarding through a jump host. */
export type Dial = (signal: AbortSignal) => Promise<Duplex>;

/** Connects and signs in. Rejects with the errors of the connector's contract; nothing stays open then. */
export async function openClient(
  endpoint: Endpoint,
  options: { readonly hostKeys: HostKeyStore; readonly signal: AbortSignal; readonly dial: Dial },
): Promise<SshClient> {
  for (let attempt = 1; ; attempt++) {
    if (options.signal.aborted) throw commandCancelled(endpoint.host, true);
    try {
      const types = await options.hostKeys.typesFor(endpoint.address, endpoint.port);
      const stream = await options.dial(options.signal);
      if (options.signal.aborted) {
        stream.destroy();
        throw commandCancelled(endpoint.host, true);
      }
      return await signIn(endpoint, stream, options, types);
    } catch (error) {
      if (!(error instanceof DroppedAtTheDoor)) throw error;
      if (attempt === ATTEMPTS) throw hostUnreachable(endpoint.host, "its SSH server drops new connections", error);
      await sleep(100 * attempt + Math.random() * 400 * attempt, undefined, { signal: options.signal }).catch(() => {});
    }
  }
}

/** A TCP connection without Nagle's delay, or `PLAYBOOKS_HOST_UNREACHABLE` with the network's reason in words. */
export function dialTcp(endpoint: Endpoint): Dial {
  return (signal) =>
    new Promise((resolve, reject) => {
      // Given to the socket itself, the signal would end it for life: also when what runs on the host has yet to be ended.
      const socket: Socket = connect({ host: endpoint.address, port: endpoint.port, noDelay: true });
      const onAbort = () => socket.destroy(new Error("cancelled"));
      signal.addEventListener("abort", onAbort, { once: true });
      socket.once("close", () => signal.removeEventListener("abort", onAbort));
      const limit = endpoint.connectTimeoutMilliseconds ?? CONNECT_MILLISECONDS;
      socket.setTimeout(limit, () => {
        socket.destroy();
        reject(hostUnreachable(endpoint.host, `no answer from ${place(endpoint)} within ${limit / 1000} s`));
      });
      socket.once("error", (error) => {
        if (signal.aborted) reject(commandCancelled(endpoint.host, true));
        else reject(hostUnreachable(endpoint.host, networkReason(endpoint, error), error));
      });
      socket.once("connect", () => {
        signal.removeEventListener("abort", onAbort);
        socket.setTimeout(0);
        socket.removeAllListeners("timeout").removeAllListeners("error");
        resolve(socket);
      });
    });
}

class DroppedAtTheDoor extends Error {}

function signIn(
  endpoint: Endpoint,
  stream: Duplex,
  options: { readonly hostKeys: HostKeyStore; readonly signal: AbortSignal },
  types: readonly string[],
): Promise<SshClient> {
  const { promise, resolve, reject } = Promise.withResolvers<SshClient>();
  const client = new ssh2.Client();
  const authentication = authenticationOf(endpoint);
  let alive = true;
  let keyRefusal: unknown;
  let fingerprint = "";
  const onAbort = () => client.destroy();
  options.signal.addEventListener("abort", onAbort, { once: true });
  const fail = (error: unknown) => {
    reject(keyRefusal ?? (options.signal.aborted ? commandCancelled(endpoint.host, true) : error));
    client.destroy();
    stream.destroy();
  };
  // Stays for the connection's life: an SSH client without an error listener ends the process.
  client.on("error", (error) => {
    if (!("level" in error) || error.level !== "agent") fail(connectionError(endpoint, error, authentication.refusal));
  });
  client.on("close", () => {
    alive = false;
    fail(
      fingerprint === ""
        ? new DroppedAtTheDoor("closed before the handshake")
        : loginRefused(endpoint.host, endpoint.user, CLOSED_MEANWHILE),
    );
  });
  client.once("ready", () => {
    options.signal.removeEventListener("abort", onAbort);
    client.setNoDelay(true);
    resolve({ client, fingerprint, signedInWith: authentication.way(), alive: () => alive });
  });
  const verify = async (key: Buffer, answer: (valid: boolean) => void) => {
    fingerprint = fingerprintOf(key);
    try {
      const verdict = await options.hostKeys.judge(endpoint.address, endpoint.port, key);
      if (verdict.kind === "refused")
        keyRefusal = hostKeyChanged(endpoint.host, { ...verdict, presented: fingerprint });
    } catch (error) {
      keyRefusal = error;
    }
    answer(keyRefusal === undefined);
  };
  client.connect({
    sock: stream,
    username: endpoint.user,
    readyTimeout: HANDSHAKE_MILLISECONDS,
    ...KEEPALIVE,
    ...hostKeyPreference(types),
    hostVerifier: (key: Buffer, answer: (valid: boolean) => void) => void verify(key, answer),
    authHandler: authentication.handler,
  });
  return promise.finally(() => options.signal.removeEventListener("abort", onAbort));
}

/** Asks for the pinned kind of key first: a server has several, and only the pinned one can be compared. */
function hostKeyPreference(types: readonly string[]): Pick<ConnectConfig, "algorithms"> {
  const wanted = types.flatMap((type) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]));
  const known = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ] as const;
  const first = known.filter((algorithm) => wanted.includes(algorithm));
  return { algorithms: { serverHostKey: [...first, ...known.filter((algorithm) => !first.includes(algorithm))] } };
}

function connectionError(endpoint: Endpoint, error: Error, refusal: () => string): Error {
  if (error instanceof ApplianceError) return error;
  const level = "level" in error ? error.level : undefined;
  if (level === "client-authentication") return loginRefused(endpoint.host, endpoint.user, refusal(), error);
  if (/too many authentication failures/i.test(error.message)) {
    return loginRefused(endpoint.host, endpoint.user, "too many keys were offered before the right one", error);
  }
  if (/before handshake|ECONNRESET/i.test(error.message)) return new DroppedAtTheDoor(error.message);
  return hostUnreachable(endpoint.host, networkReason(endpoint, error), error);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens on",
  EHOSTUNREACH: "no route or no answer at",
  ENETUNREACH: "no route to the network of",
  ETIMEDOUT: "no answer from",
  ENOTFOUND: "the name is unknown:",
  EAI_AGAIN: "the name server does not answer for",
};

function networkReason(endpoint: Endpoint, error: Error): string {
  const reason = REASONS[systemCodeOf(error) ?? ""];
  return reason === undefined ? messageOf(error) : `${reason} ${place(endpoint)}`;
}

function place(endpoint: Endpoint): string {
  return `${endpoint.address} port ${endpoint.port}`;
}
