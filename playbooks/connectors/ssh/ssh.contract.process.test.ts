import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { connectorContract } from "../connector.contract.ts";
import { openKnownHosts } from "./known-hosts.ts";
import { type LoopbackSshd, startLoopbackSshd } from "./loopback-sshd.ts";
import { connectSsh } from "./ssh.ts";

let sshd: LoopbackSshd;
beforeAll(async () => {
  sshd = await startLoopbackSshd();
});
afterAll(() => sshd.close());

connectorContract("OpenSSH", () =>
  connectSsh(sshd.endpoint, { hostKeys: openKnownHosts(join(sshd.directory, "known_hosts")) }),
);
