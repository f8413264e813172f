import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { Secret } from "#inventory/kernel/secret.ts";
import type { Endpoint } from "../connector.ts";

const SSHD = "/usr/sbin/sshd";

/** A real OpenSSH server on loopback for tests, run by the current user for the current user. */
export interface LoopbackSshd {
  readonly endpoint: Endpoint;
  /** Public key that may sign in, one line. */
  readonly publicKey: string;
  readonly directory: string;
  /** Calls back for each line that the server logs from now on. */
  onLog(listener: (line: string) => void): void;
  /** Ends the server and every connection it serves, as a power cut would look from the outside. */
  kill(): Promise<void>;
  /** Gives the server another host key, as after a new installation. */
  changeHostKey(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the server; fails with how to install it where it is missing. `settings` are further sshd_config lines. */
export async function startLoopbackSshd(settings: readonly string[] = []): Promise<LoopbackSshd> {
  const directory = await mkdtemp(join(tmpdir(), "bdap-sshd-"));
  await makeKey(join(directory, "host_key"));
  await makeKey(join(directory, "user_key"));
  const port = await freePort();
  const publicKey = (await readFile(join(directory, "user_key.pub"), "utf8")).trim();
  await writeFile(join(directory, "authorized_keys"), `${publicKey}\n`, { mode: 0o600 });
  await writeFile(join(directory, "sshd_config"), configuration(directory, port, settings));
  // OpenSSH's privilege separation directory: a distribution's unit file makes it, here nobody does.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  let server = await start(directory, port);
  const privateKey = new Secret(await readFile(join(directory, "user_key"), "utf8"));
  const stop = async () => {
    await endTree(server);
  };
  return {
    endpoint: { host: "loopback", address: "127.0.0.1", port, user: userInfo().username, privateKey },
    publicKey,
    directory,
    onLog: (listener) => {
      server.stderr?.on("data", (chunk: Buffer) => {
        for (const line of chunk.toString().split(/\r?\n/)) listener(line);
      });
    },
    kill: stop,
    changeHostKey: async () => {
      await stop();
      await rm(join(directory, "host_key"));
      await makeKey(join(directory, "host_key"));
      server = await start(directory, port);
    },
    close: async () => {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function makeKey(path: string): Promise<void> {
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "loopback", "-f", path]);
}

function configuration(directory: string, port: number, settings: readonly string[]): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(directory, "host_key")}`,
    `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
    `PidFile ${join(directory, "sshd.pid")}`,
    "PermitRootLogin yes",
    "StrictModes no",
    "UsePAM no",
    "PrintMotd no",
    ...settings,
    "",
  ].join("\n");
}

async function start(directory: string, port: number): Promise<ChildProcess> {
  const server = spawn(SSHD, ["-D", "-e", "-f", join(directory, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let complaints = "";
  let ended: string | undefined;
  server.stderr?.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  server.once("error", (error) => {
    ended = `${SSHD} does not start (${error.message}); install it: apt-get install openssh-server`;
  });
  server.once("exit", () => {
    ended ??= `${SSHD} ended: ${complaints}`;
  });
  while (!complaints.includes(`port ${port}`)) {
    if (ended !== undefined) throw new Error(ended);
    await sleep(5);
  }
  return server;
}

async function endTree(server: ChildProcess): Promise<void> {
  const { pid } = server;
  if (pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  for (const child of await childrenOf(pid)) kill(child);
  kill(pid);
  await gone;
}

/** sshd's processes: the listener's children and theirs, which serve one connection each; not their shells. */
async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await execa("ps", ["-eo", "pid=,ppid=,comm="]);
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  const below = (parent: string): string[] =>
    rows
      .filter((row) => row[1] === parent && (row[2] ?? "").startsWith("sshd"))
      .flatMap((row) => [row[0] ?? "", ...below(row[0] ?? "")]);
  return below(String(pid)).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in between.
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
