import { createHash, createHmac } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { readFileIfThere, syncDirectory } from "#inventory/kernel/files.ts";

/** What a store says about a key that a host showed. */
export type HostKeyVerdict =
  | { readonly kind: "known" }
  | { readonly kind: "pinned" }
  /** `expected`: fingerprints pinned for this host, none when it is unknown and unknown hosts are refused. */
  | { readonly kind: "refused"; readonly expected: readonly string[]; readonly place: string };

/** Where SSH host keys are pinned. */
export interface HostKeyStore {
  /** Key types (`ssh-ed25519`) pinned for a host, so that the server is asked for one of them. */
  typesFor(address: string, port: number): Promise<readonly string[]>;
  /** Judges the key a host shows, in SSH wire format; an unknown host's key is pinned durably first. */
  judge(address: string, port: number, key: Buffer): Promise<HostKeyVerdict>;
}

/** A host key pinned on first use. */
export interface PinnedHostKey {
  readonly address: string;
  readonly port: number;
  readonly type: string;
  /** `SHA256:…` as `ssh-keygen -lf` prints it. */
  readonly fingerprint: string;
}

export interface KnownHostsOptions {
  /** Called once for each key pinned on first use, after it is on disk. */
  readonly onPinned?: (key: PinnedHostKey) => void;
  /** Whether a host without a pinned key is accepted and pinned (the default) or refused. */
  readonly acceptNew?: boolean;
}

/** `SHA256:…` of a public key in SSH wire format, as OpenSSH prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/**
 * Host keys in an OpenSSH `known_hosts` file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), usable by `ssh` as it is. Plain,
 * hashed and wildcard names are understood, `@revoked` keys are refused, `@cert-authority` lines are left alone. New
 * keys are appended under the address, so that many hosts and several processes never lose one another's lines.
 */
export function openKnownHosts(path: string, options: KnownHostsOptions = {}): HostKeyStore {
  return new KnownHosts(path, options);
}

interface KnownLine {
  readonly marker: string;
  readonly names: readonly string[];
  readonly type: string;
  readonly key: string;
}

class KnownHosts implements HostKeyStore {
  readonly #path: string;
  readonly #options: KnownHostsOptions;
  #lines: Promise<KnownLine[]> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, options: KnownHostsOptions) {
    this.#path = path;
    this.#options = options;
  }

  async typesFor(address: string, port: number): Promise<readonly string[]> {
    return (await this.#linesFor(hostName(address, port))).map((line) => line.type);
  }

  /** One judgement at a time, so that two connections to one unknown host pin one key. */
  judge(address: string, port: number, key: Buffer): Promise<HostKeyVerdict> {
    const next = this.#last.then(() => this.#judge(address, port, key));
    this.#last = next.catch(() => {});
    return next;
  }

  async #judge(address: string, port: number, key: Buffer): Promise<HostKeyVerdict> {
    const name = hostName(address, port);
    const encoded = key.toString("base64");
    const lines = await this.#linesFor(name);
    if (lines.some((line) => line.marker === "@revoked" && line.key === encoded)) return this.#refused(lines);
    const pinned = lines.filter((line) => line.marker === "");
    if (pinned.some((line) => line.key === encoded)) return { kind: "known" };
    if (pinned.length > 0 || this.#options.acceptNew === false) return this.#refused(pinned);
    const type = keyType(key);
    if (type === "") return this.#refused(pinned);
    await appendDurably(this.#path, `${name} ${type} ${encoded}\n`);
    (await this.#read()).push({ marker: "", names: [name], type, key: encoded });
    this.#options.onPinned?.({ address, port, type, fingerprint: fingerprintOf(key) });
    return { kind: "pinned" };
  }

  async #linesFor(name: string): Promise<KnownLine[]> {
    return (await this.#read()).filter((line) => namesHost(line.names, name));
  }

  #read(): Promise<KnownLine[]> {
    this.#lines ??= readFileIfThere(this.#path).then((text) => parseKnownHosts(text ?? ""));
    return this.#lines;
  }

  #refused(lines: readonly KnownLine[]): HostKeyVerdict {
    const expected = lines
      .filter((line) => line.marker === "")
      .map((line) => fingerprintOf(Buffer.from(line.key, "base64")));
    return { kind: "refused", expected, place: this.#path };
  }
}

/** The lines that say something; a line that is torn or makes no sense is passed over, as `ssh` does. */
function parseKnownHosts(text: string): KnownLine[] {
  return text.split("\n").flatMap((line): KnownLine[] => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? (words.shift() ?? "") : "";
    const [names, type, key] = words;
    if (names === undefined || names.startsWith("#") || type === undefined || key === undefined) return [];
    if (marker !== "" && marker !== "@revoked") return [];
    if (keyType(Buffer.from(key, "base64")) !== type) return [];
    return [{ marker, names: names.split(","), type, key }];
  });
}

/** The name a host has in the file: `[address]:port` unless the port is 22. */
function hostName(address: string, port: number): string {
  return port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
}

function namesHost(patterns: readonly string[], name: string): boolean {
  if (patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|(.+)$/.exec(pattern);
  if (hashed !== null) {
    const salt = Buffer.from(hashed[1] ?? "", "base64");
    return createHmac("sha1", salt).update(name).digest("base64") === hashed[2];
  }
  const literal = pattern.toLowerCase().replace(/[\\^$.+()[\]{}|]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
}

/**
 * The type a key in SSH wire format (RFC 4253 section 6.6) says it has, one plain word; empty when it is no such thing. The
 * server says it before it has proved anything, and it goes into a file of lines.
 */
function keyType(key: Buffer): string {
  if (key.length < 4) return "";
  const length = key.readUInt32BE(0);
  if (length > 64 || key.length < 4 + length) return "";
  const type = key.toString("latin1", 4, 4 + length);
  return /^[A-Za-z0-9@._-]+$/.test(type) ? type : "";
}

async function appendDurably(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a+", 0o644);
  try {
    const { size } = await file.stat();
    const last = size === 0 ? undefined : (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0];
    await file.write(last === undefined || last === 10 ? line : `\n${line}`);
    await file.datasync();
    if (size === 0) await syncDirectory(dirname(path));
  } finally {
    await file.close();
  }
}
