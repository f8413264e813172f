import { Low } from "lowdb";
import { messageOf, systemCodeOf } from "#inventory/kernel/errors.ts";
import { stateFailed, stateMissing, stateNotWritten } from "../errors.ts";
import { type Recovery, type Snapshot, StateAdapter, UncertainWriteError } from "./adapter.ts";
import { type ControlPlaneState, emptyState, indexState, type StateIndex } from "./state.ts";
import { type StateFiles, SyncError } from "./state-files.ts";
import { voidTokens } from "./token-changes.ts";

/** The durable state. What is read has been on the disk; what is rejected has not been and will not be seen. */
export interface StateStore {
  /** The last committed state; never changed in place. */
  readonly state: ControlPlaneState;
  /** Look-ups of {@link state}. */
  readonly index: StateIndex;
  /** Number of the last commit. */
  readonly sequence: number;
  /** How the state was found at the start. */
  readonly opening: Opening;
  /**
   * Commits `change` of the then-current state and resolves with its result once that is on the disk. Changes are made
   * one after another, in order; waiting ones share a write. A `change` that throws rejects alone. Rejects with
   * `CONTROL_PLANE_STATE_NOT_WRITTEN` (disk full: nothing changed) or `CONTROL_PLANE_STATE_FAILED` (restart needed).
   */
  update<T>(change: (state: ControlPlaneState) => Changed<T>): Promise<T>;
  /** Resolves once everything asked for so far is settled; later changes are refused. */
  close(): Promise<void>;
}

export interface Changed<T> {
  readonly state: ControlPlaneState;
  readonly result: T;
}

export interface Opening {
  /** There was no state: this is the first start. */
  readonly created: boolean;
  readonly recovery: Recovery | undefined;
}

export interface StoreOptions {
  readonly files: StateFiles;
  /** Named in errors. */
  readonly folder: string;
  /** True when something else shows that a state must exist: starting empty is then refused. */
  readonly mustExist: boolean;
  /** Called once when the disk can no longer be trusted; the process must end and be restarted. */
  readonly onFailure: (error: Error) => void;
}

interface Pending {
  readonly change: (state: ControlPlaneState) => Changed<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Opens the newest whole copy of the state. Throws as {@link StateAdapter.read} does, or `CONTROL_PLANE_STATE_MISSING`. */
export async function openStore(options: StoreOptions): Promise<StateStore> {
  const adapter = new StateAdapter(options.files, options.folder);
  const low = new Low<Snapshot>(adapter, { sequence: 0, state: emptyState });
  const found = await adapter.read();
  if (found === null && options.mustExist) throw stateMissing(options.folder);
  if (found !== null) low.data = found;
  const store = new Store(low, adapter, { created: found === null, recovery: adapter.recovery }, options.onFailure);
  // A first start and a recovery are written down at once, so that the newest file is a good one again.
  // A token that was used after the recovered copy must not come back to life.
  if (found === null) await store.update((state) => ({ state, result: undefined }));
  else if (adapter.recovery !== undefined) {
    await store.update((state) => ({ state: { ...voidTokens(state, () => true) }, result: undefined }));
  }
  return store;
}

class Store implements StateStore {
  readonly opening: Opening;
  readonly #low: Low<Snapshot>;
  readonly #adapter: StateAdapter;
  readonly #onFailure: (error: Error) => void;
  #index: StateIndex;
  #queue: Pending[] = [];
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  #closed = false;

  constructor(low: Low<Snapshot>, adapter: StateAdapter, opening: Opening, onFailure: (error: Error) => void) {
    this.#low = low;
    this.#adapter = adapter;
    this.opening = opening;
    this.#onFailure = onFailure;
    this.#index = indexState(low.data.state);
  }

  get state(): ControlPlaneState {
    return this.#low.data.state;
  }

  get index(): StateIndex {
    return this.#index;
  }

  get sequence(): number {
    return this.#low.data.sequence;
  }

  update<T>(change: (state: ControlPlaneState) => Changed<T>): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(stateFailed(this.#failure));
    if (this.#closed) return Promise.reject(stateNotWritten(new Error("the control plane is stopping")));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ change, resolve: resolve as (result: unknown) => void, reject });
      this.#writing ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // One turn of the event loop, so that requests which arrive together share a write.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#queue.length > 0) await this.#commit(this.#queue.splice(0));
    } finally {
      // In the same turn as the last look at the queue: whatever comes later starts anew.
      this.#writing = undefined;
    }
  }

  async #commit(batch: readonly Pending[]): Promise<void> {
    const before = this.#low.data;
    const { state, settled } = applyChanges(before.state, batch);
    if (settled.length === 0) return;
    try {
      if (state !== before.state || before.sequence === 0) await this.#write(before, state);
    } catch (error) {
      for (const { pending } of settled) pending.reject(this.#refusal(error));
      return;
    }
    for (const { pending, result } of settled) pending.resolve(result);
  }

  async #write(before: Snapshot, state: ControlPlaneState): Promise<void> {
    const index = indexState(state);
    const next = { sequence: Math.max(before.sequence, this.#adapter.highest) + 1, state };
    try {
      // The adapter directly: `Low.write` would show the change to readers before it is on the disk.
      await this.#adapter.write(next);
    } catch (error) {
      if (isFatal(error)) this.#fail(error);
      throw error;
    }
    this.#low.data = next;
    this.#index = index;
  }

  #refusal(error: unknown): Error {
    return this.#failure === undefined ? stateNotWritten(error) : stateFailed(error);
  }

  #fail(error: unknown): void {
    const failure = error instanceof Error ? error : new Error(messageOf(error));
    this.#failure = failure;
    const waiting = this.#queue.splice(0);
    for (const pending of waiting) pending.reject(stateFailed(failure));
    this.#onFailure(stateFailed(failure));
  }
}

function applyChanges(start: ControlPlaneState, batch: readonly Pending[]) {
  let state = start;
  const settled: { readonly pending: Pending; readonly result: unknown }[] = [];
  for (const pending of batch) {
    try {
      const changed = pending.change(state);
      state = changed.state;
      settled.push({ pending, result: changed.result });
    } catch (error) {
      pending.reject(error);
    }
  }
  return { state, settled };
}

const REFUSED_BY_THE_DISK = new Set(["ENOSPC", "EDQUOT", "EROFS", "EMFILE", "ENFILE", "EACCES", "EPERM"]);

/** A refusal leaves the old state intact and is reported; a disk that errs or does not confirm cannot be trusted. */
function isFatal(error: unknown): boolean {
  if (error instanceof UncertainWriteError) return true;
  const code = systemCodeOf(error instanceof SyncError ? error.cause : error);
  return code === undefined || !REFUSED_BY_THE_DISK.has(code);
}
