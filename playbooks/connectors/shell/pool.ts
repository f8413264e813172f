import { createHash } from "node:crypto";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import type { Become } from "../connector.ts";
import { commandCancelled, hostUnreachable } from "../errors.ts";
import { type OpenChannel, SessionsExhausted } from "./channel.ts";
import { openShell } from "./open-shell.ts";
import type { Shell } from "./shell.ts";

/** Below sshd's default MaxSessions 10, leaving room for the shell that ends another's processes. */
const MOST_SHELLS = 8;

interface PoolHost {
  readonly host: string;
  readonly user: string;
  readonly open: OpenChannel;
}

/**
 * The shells of one connection: idle ones by the user they run as, at most eight in all. A refused password is
 * remembered for the life of the connection and never sent a second time.
 */
export class ShellPool {
  readonly #target: PoolHost;
  readonly #idle: Shell[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #proofs = new Map<string, Promise<ApplianceError | undefined>>();
  #extra: Promise<unknown> = Promise.resolve();
  #open = 0;
  #limit = MOST_SHELLS;
  #closed = false;

  constructor(target: PoolHost) {
    this.#target = target;
  }

  /** A shell for one script; give it back with {@link release}. Waits its turn, until `signal`. */
  async acquire(become: Become | undefined, signal: AbortSignal | undefined, onceBytes?: number): Promise<Shell> {
    const wanted = become?.user === this.#target.user ? undefined : become;
    const key = keyOf(wanted);
    for (;;) {
      if (signal?.aborted) throw commandCancelled(this.#target.host, true);
      if (this.#closed) throw hostUnreachable(this.#target.host, "the connection is closed");
      const idle = onceBytes === undefined ? this.#takeIdle(key) : undefined;
      if (idle !== undefined) return idle;
      if (this.#open >= this.#limit) this.#dropIdle();
      if (this.#open < this.#limit) {
        const shell = await this.#openCounted(wanted, key, onceBytes);
        if (shell !== undefined) return shell;
      } else await this.#turn(signal);
    }
  }

  /** Takes a shell back: `reuse` says whether it is fit for another script. */
  release(shell: Shell, reuse: boolean): void {
    if (reuse && !shell.ended && !this.#closed && this.#open <= this.#limit) this.#idle.push(shell);
    else {
      shell.dispose();
      this.#open -= 1;
    }
    this.#waiting.shift()?.();
  }

  /** Runs `work` with a shell beside the counted ones, one at a time: for ending processes when all others are busy. */
  withExtra<T>(become: Become | undefined, work: (shell: Shell) => Promise<T>): Promise<T> {
    const wanted = become?.user === this.#target.user ? undefined : become;
    const next = this.#extra.then(async () => {
      const shell = await this.#openOne(wanted, keyOf(wanted));
      try {
        return await work(shell);
      } finally {
        shell.dispose();
      }
    });
    this.#extra = next.catch(() => {});
    return next;
  }

  close(): void {
    this.#closed = true;
    for (const shell of this.#idle.splice(0)) {
      shell.dispose();
      this.#open -= 1;
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #takeIdle(key: string): Shell | undefined {
    for (let index = this.#idle.length - 1; index >= 0; index--) {
      const shell = this.#idle[index];
      if (shell === undefined) continue;
      if (shell.ended) {
        this.#idle.splice(index, 1);
        this.#open -= 1;
      } else if (shell.key === key) {
        this.#idle.splice(index, 1);
        return shell;
      }
    }
    return undefined;
  }

  #dropIdle(): void {
    const shell = this.#idle.shift();
    if (shell === undefined) return;
    shell.dispose();
    this.#open -= 1;
  }

  /** Undefined when the host turned out to allow fewer sessions: then it is a matter of waiting. */
  async #openCounted(become: Become | undefined, key: string, onceBytes?: number): Promise<Shell | undefined> {
    this.#open += 1;
    try {
      return await this.#openProven(become, key, onceBytes);
    } catch (error) {
      this.#open -= 1;
      this.#waiting.shift()?.();
      if (!(error instanceof SessionsExhausted)) throw error;
      if (this.#open === 0) throw hostUnreachable(this.#target.host, "its SSH server allows no session", error);
      // One session less than the host allows: the one in which a script past its deadline can be ended.
      this.#limit = Math.max(1, this.#open - 1);
      return undefined;
    }
  }

  /** The first shell of another user is opened alone: what refused it refuses all that wait for it. */
  async #openProven(become: Become | undefined, key: string, onceBytes?: number): Promise<Shell> {
    if (become === undefined) return this.#openOne(become, key, onceBytes);
    const proof = this.#proofs.get(key);
    if (proof !== undefined) {
      const refusal = await proof;
      if (refusal !== undefined) throw refusal;
      return this.#openOne(become, key, onceBytes);
    }
    const first = this.#openOne(become, key, onceBytes);
    const outcome = first.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof ApplianceError && error.code === "PLAYBOOKS_BECOME_REFUSED") return error;
        this.#proofs.delete(key);
        return undefined;
      },
    );
    this.#proofs.set(key, outcome);
    return first;
  }

  async #openOne(become: Become | undefined, key: string, onceBytes?: number): Promise<Shell> {
    const { host, user, open } = this.#target;
    try {
      return await openShell(open, { host, user, become, key, ...(onceBytes === undefined ? {} : { onceBytes }) });
    } catch (error) {
      if (error instanceof ApplianceError || error instanceof SessionsExhausted) throw error;
      throw hostUnreachable(host, messageOf(error), error);
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", give);
        resolve();
      };
      const give = () => {
        const at = this.#waiting.indexOf(wake);
        if (at >= 0) this.#waiting.splice(at, 1);
        wake();
      };
      this.#waiting.push(wake);
      signal?.addEventListener("abort", give, { once: true });
    });
  }
}

function keyOf(become: Become | undefined): string {
  if (become === undefined) return "";
  const password = createHash("sha256")
    .update(become.password?.reveal() ?? "")
    .digest("hex");
  return JSON.stringify([become.method, become.user, become.program, become.flags, password]);
}
