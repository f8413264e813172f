import type { StateFiles } from "../store/state-files.ts";
import { SyncError } from "../store/state-files.ts";

/** What a crash leaves: everything written so far, only what was fsynced, or names without their contents. */
export type CrashMode = "process-killed" | "power-lost" | "names-survive-contents-torn";

/** The simulated machine stopped; nothing after this reaches the disk. */
export class Crash extends Error {}

interface Inode {
  live: Buffer;
  durable: Buffer;
}

export interface Faults {
  /** Crash in place of this operation, counted from 1. A write leaves half of its bytes behind. */
  readonly crashAt?: number;
  /** Fail with this error in place of that operation. */
  readonly failAt?: { readonly operation: number; readonly code: string };
}

/** A disk in memory with a live and a durable plane, that breaks at a chosen operation. Deterministic. */
export class FaultFiles implements StateFiles {
  operations = 0;
  /** Names of the operations so far, for messages. */
  readonly trace: string[] = [];
  /** Writes are refused with ENOSPC while set. */
  full = false;
  faults: Faults;
  #live = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #crashed = false;

  constructor(faults: Faults = {}) {
    this.faults = faults;
  }

  /** The disk as the next process finds it. */
  reboot(mode: CrashMode): FaultFiles {
    const next = new FaultFiles();
    const names = mode === "power-lost" ? this.#durable : this.#live;
    for (const [name, inode] of names) {
      const content = mode === "process-killed" ? inode.live : inode.durable;
      next.put(name, content);
    }
    return next;
  }

  /** Sets a file, durably, without counting. */
  put(name: string, content: Buffer): void {
    const inode = { live: content, durable: content };
    this.#live.set(name, inode);
    this.#durable.set(name, inode);
  }

  peek(name: string): Buffer | undefined {
    return this.#live.get(name)?.live;
  }

  async names(): Promise<string[]> {
    this.#alive();
    return [...this.#live.keys()];
  }

  async read(name: string): Promise<Buffer> {
    this.#alive();
    return this.#inode(name).live;
  }

  async create(name: string, content: Buffer): Promise<void> {
    this.#step(`create ${name}`);
    if (this.#live.has(name)) throw systemError("EEXIST");
    const inode = { live: Buffer.alloc(0), durable: Buffer.alloc(0) };
    this.#live.set(name, inode);
    await this.#write(inode, content);
  }

  async append(name: string, content: Buffer): Promise<void> {
    this.#step(`open ${name}`);
    const inode = this.#live.get(name) ?? { live: Buffer.alloc(0), durable: Buffer.alloc(0) };
    this.#live.set(name, inode);
    await this.#write(inode, content);
  }

  async truncate(name: string, length: number): Promise<void> {
    this.#step(`truncate ${name}`);
    const inode = this.#inode(name);
    inode.live = inode.live.subarray(0, length);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step(`rename ${from}`);
    this.#live.set(to, this.#inode(from));
    this.#live.delete(from);
  }

  async remove(name: string): Promise<void> {
    this.#step(`remove ${name}`);
    this.#live.delete(name);
  }

  async syncNames(): Promise<void> {
    this.#step("sync names", SyncError);
    this.#durable = new Map(this.#live);
  }

  async #write(inode: Inode, content: Buffer): Promise<void> {
    const before = inode.live;
    // What a crash or a full disk leaves of an interrupted write.
    inode.live = Buffer.concat([before, content.subarray(0, Math.floor(content.length / 2))]);
    this.#step("write");
    if (this.full) throw systemError("ENOSPC");
    inode.live = Buffer.concat([before, content]);
    this.#step("sync", SyncError);
    inode.durable = inode.live;
  }

  #step(name: string, wrap?: typeof SyncError): void {
    this.#alive();
    this.operations += 1;
    this.trace.push(name);
    if (this.operations === this.faults.crashAt) {
      this.#crashed = true;
      throw new Crash(name);
    }
    if (this.operations === this.faults.failAt?.operation) {
      const error = systemError(this.faults.failAt.code);
      throw wrap === undefined ? error : new wrap(error);
    }
  }

  #alive(): void {
    if (this.#crashed) throw new Crash("the machine is down");
  }

  #inode(name: string): Inode {
    const inode = this.#live.get(name);
    if (inode === undefined) throw systemError("ENOENT");
    return inode;
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}
