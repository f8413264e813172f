import type { Duplex } from "node:stream";
import { messageOf } from "#inventory/kernel/errors.ts";
import type { Endpoint } from "../connector.ts";
import { hostUnreachable } from "../errors.ts";
import { type Dial, dialTcp, openClient, type SshClient } from "./client.ts";
import type { HostKeyStore } from "./known-hosts.ts";

/**
 * Connections to jump hosts, one for each, shared by all hosts behind it: a bastion then sees one sign-in, however many
 * hosts are reached through it.
 */
export class JumpHosts {
  readonly #hostKeys: HostKeyStore;
  readonly #clients = new Map<string, Promise<SshClient>>();

  constructor(hostKeys: HostKeyStore) {
    this.#hostKeys = hostKeys;
  }

  /** How to reach `endpoint`: directly, or through its chain of jump hosts. */
  dial(endpoint: Endpoint): Dial {
    const { jump } = endpoint;
    if (jump === undefined) return dialTcp(endpoint);
    return async (signal) => {
      const { client } = await this.#client(jump, signal);
      return new Promise<Duplex>((resolve, reject) => {
        client.forwardOut("127.0.0.1", 0, endpoint.address, endpoint.port, (error, stream) => {
          if (error === undefined) resolve(stream);
          else reject(hostUnreachable(endpoint.host, `${jump.host} cannot reach it (${messageOf(error)})`, error));
        });
      });
    };
  }

  close(): void {
    for (const client of this.#clients.values()) {
      client.then(
        (open) => open.client.end(),
        () => {},
      );
    }
    this.#clients.clear();
  }

  async #client(jump: Endpoint, signal: AbortSignal): Promise<SshClient> {
    const key = `${jump.user}@${jump.address}:${jump.port}`;
    const there = await this.#clients.get(key)?.catch(() => undefined);
    if (there?.alive()) return there;
    const pending = this.#clients.get(key);
    if (pending !== undefined && there === undefined) return pending;
    const opening = openClient(jump, { hostKeys: this.#hostKeys, signal, dial: this.dial(jump) });
    this.#clients.set(key, opening);
    opening.catch(() => {
      if (this.#clients.get(key) === opening) this.#clients.delete(key);
    });
    return opening;
  }
}
