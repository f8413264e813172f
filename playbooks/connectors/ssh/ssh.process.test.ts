import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "#inventory/kernel/secret.ts";
import { type HostKeyStore, openKnownHosts, type PinnedHostKey } from "./known-hosts.ts";
import { type LoopbackSshd, startLoopbackSshd } from "./loopback-sshd.ts";
import { connectSsh } from "./ssh.ts";

let sshd: LoopbackSshd;
let knownHosts: string;
let hostKeys: HostKeyStore;
let pinned: PinnedHostKey[];
beforeAll(async () => {
  sshd = await startLoopbackSshd(["MaxSessions 3"]);
});
const others: LoopbackSshd[] = [];
afterAll(() => sshd.close());
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.close()));
});
async function anotherSshd(settings: readonly string[] = []): Promise<LoopbackSshd> {
  const other = await startLoopbackSshd(settings);
  others.push(other);
  return other;
}
beforeEach(async () => {
  knownHosts = join(sshd.directory, `known_hosts.${Math.random()}`);
  pinned = [];
  hostKeys = openKnownHosts(knownHosts, { onPinned: (key) => pinned.push(key) });
});

describe("host keys", () => {
  test("an unknown host is pinned with the fingerprint ssh-keygen prints, in a file that ssh accepts", async () => {
    const connectors = await Promise.all([1, 2, 3].map(() => connectSsh(sshd.endpoint, { hostKeys })));
    const { stdout } = await execa("ssh-keygen", ["-lf", join(sshd.directory, "host_key.pub")]);
    expect(stdout).toContain(connectors[0]?.hostKey ?? "none");
    expect(pinned).toMatchObject([{ address: "127.0.0.1", type: "ssh-ed25519", fingerprint: connectors[0]?.hostKey }]);
    expect((await readFile(knownHosts, "utf8")).split("\n")).toHaveLength(2);
    await Promise.all(connectors.map((connector) => connector.close()));
    const { port, user } = sshd.endpoint;
    const options = ["-i", join(sshd.directory, "user_key"), "-o", `UserKnownHostsFile=${knownHosts}`];
    const strict = ["-F", "none", "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-p", String(port)];
    expect((await execa("ssh", [...options, ...strict, `${user}@127.0.0.1`, "echo in"])).stdout).toBe("in");
  });

  test("another key than the pinned one stops everything, and the file stays as it is", async () => {
    const other = join(sshd.directory, "other_key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]);
    const [type, key] = (await readFile(`${other}.pub`, "utf8")).split(" ");
    const line = `[127.0.0.1]:${sshd.endpoint.port} ${type} ${key}\n`;
    await writeFile(knownHosts, line);
    await expect(connectSsh(sshd.endpoint, { hostKeys })).rejects.toMatchObject({
      code: "PLAYBOOKS_HOST_KEY_CHANGED",
      kind: "environment",
      hint: expect.stringContaining(knownHosts),
    });
    expect(await readFile(knownHosts, "utf8")).toBe(line);
  });

  test("an unknown host is refused where none may be accepted", async () => {
    const strict = openKnownHosts(knownHosts, { acceptNew: false });
    await expect(connectSsh(sshd.endpoint, { hostKeys: strict })).rejects.toMatchObject({
      code: "PLAYBOOKS_HOST_KEY_CHANGED",
      message: expect.stringContaining("no key is pinned"),
    });
  });
});

describe("signing in", () => {
  test("a key that is not accepted", async () => {
    const endpoint = {
      ...sshd.endpoint,
      privateKey: new Secret(await readFile(join(sshd.directory, "host_key"), "utf8")),
    };
    await expect(connectSsh(endpoint, { hostKeys })).rejects.toMatchObject({
      code: "PLAYBOOKS_LOGIN_REFUSED",
      message: expect.stringContaining("it refused the key"),
    });
  });

  test("no way in at all", async () => {
    const { privateKey: _, ...endpoint } = sshd.endpoint;
    await expect(connectSsh(endpoint, { hostKeys })).rejects.toMatchObject({ code: "PLAYBOOKS_LOGIN_REFUSED" });
  });

  test("a wrong password is sent once, whatever ways the server offers", async () => {
    const log: string[] = [];
    const strict = await anotherSshd([
      "PasswordAuthentication yes",
      "KbdInteractiveAuthentication yes",
      "LogLevel VERBOSE",
    ]);
    strict.onLog((line) => log.push(line));
    const { privateKey: _, ...rest } = strict.endpoint;
    const endpoint = { ...rest, password: new Secret("not-the-password") };
    const error: Error = await connectSsh(endpoint, { hostKeys }).then(
      () => new Error("signed in"),
      (refusal) => refusal,
    );
    expect(error).toMatchObject({ code: "PLAYBOOKS_LOGIN_REFUSED", message: expect.stringContaining("the password") });
    expect(JSON.stringify(error)).not.toContain("not-the-password");
    await strict.close();
    expect(log.filter((line) => /^Failed (password|keyboard)/.test(line))).toHaveLength(1);
  });

  test("something that is no private key", async () => {
    const endpoint = { ...sshd.endpoint, privateKey: new Secret("ssh-ed25519 AAAA oops") };
    await expect(connectSsh(endpoint, { hostKeys })).rejects.toMatchObject({
      code: "PLAYBOOKS_KEY_UNUSABLE",
      kind: "user",
    });
  });

  test("nothing listens", async () => {
    await expect(connectSsh({ ...sshd.endpoint, port: 1 }, { hostKeys })).rejects.toMatchObject({
      code: "PLAYBOOKS_HOST_UNREACHABLE",
      message: expect.stringContaining("nothing listens on 127.0.0.1 port 1"),
    });
  });

  test("stopped while connecting", async () => {
    const stop = new AbortController();
    const connecting = connectSsh(sshd.endpoint, { hostKeys, signal: stop.signal });
    stop.abort();
    await expect(connecting).rejects.toMatchObject({ code: "PLAYBOOKS_CANCELLED" });
  });
});

describe("sessions and connections", () => {
  test("the signal that ends attempts to connect leaves an open connection alone, so that what runs there can be ended", async () => {
    const stop = new AbortController();
    const connector = await connectSsh(sshd.endpoint, { hostKeys, signal: stop.signal });
    const begun = Promise.withResolvers<number>();
    const output = connector.stream({ script: "echo $$; sleep 600 | cat" }, stop.signal);
    output.once("data", (data: Buffer) => begun.resolve(Number(data.toString("utf8"))));
    const ended = new Promise((resolve) => output.once("error", resolve));
    const pid = await begun.promise;
    stop.abort();
    expect(await ended).toMatchObject({ code: "PLAYBOOKS_CANCELLED", state: expect.any(String) });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await connector.close();
  });

  test("a server that allows three sessions serves twelve scripts at a time", async () => {
    const connector = await connectSsh(sshd.endpoint, { hostKeys });
    const work = Array.from({ length: 12 }, (_, index) => connector.run({ script: `sleep 0.05; echo ${index}` }));
    expect((await Promise.all(work)).map((result) => result.stdout.trim())).toEqual(work.map((_, index) => `${index}`));
    await connector.close();
  });

  test("and a session is left to end the one that hangs", async () => {
    const connector = await connectSsh(sshd.endpoint, { hostKeys });
    await Promise.all(Array.from({ length: 6 }, () => connector.run({ script: "sleep 0.05" })));
    const busy = Array.from({ length: 6 }, () => connector.run({ script: "sleep 96.1", timeoutMilliseconds: 200 }));
    const outcomes = await Promise.allSettled(busy);
    expect(outcomes.map((one) => one.status === "rejected" && one.reason.state)).toEqual(
      busy.map(() => expect.stringContaining("were ended")),
    );
    await connector.close();
  });

  test("a connection lost while a script runs leaves its outcome unknown; afterwards the host is unreachable", async () => {
    const connector = await connectSsh(sshd.endpoint, { hostKeys });
    const mark = join(sshd.directory, "started");
    const running = connector.run({ script: `touch ${mark}; sleep 3` });
    running.catch(() => {});
    while (!existsSync(mark)) await sleep(10);
    await sshd.kill();
    await expect(running).rejects.toMatchObject({ code: "PLAYBOOKS_OUTCOME_UNKNOWN" });
    await expect(connector.run({ script: "echo again" })).rejects.toMatchObject({ code: "PLAYBOOKS_HOST_UNREACHABLE" });
    await connector.close();
    await sshd.changeHostKey();
  });

  test("a host behind a jump host, and one that the jump host cannot reach", async () => {
    const jump = { ...sshd.endpoint, host: "bastion" };
    const inner = await anotherSshd();
    const connector = await connectSsh({ ...inner.endpoint, jump }, { hostKeys });
    expect((await connector.run({ script: "echo through" })).stdout).toBe("through\n");
    await connector.close();
    await inner.close();
    await expect(connectSsh({ ...inner.endpoint, jump }, { hostKeys })).rejects.toMatchObject({
      code: "PLAYBOOKS_HOST_UNREACHABLE",
      message: expect.stringContaining("bastion cannot reach it"),
    });
  });
});
