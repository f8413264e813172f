import { randomBytes } from "node:crypto";
import type { Adapter } from "lowdb";
import { messageOf } from "#inventory/kernel/errors.ts";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import { stateTooNew, stateUnreadable } from "../errors.ts";
import { migrateState } from "./migrations/migrations.ts";
import { ControlPlaneState, STATE_VERSION } from "./state.ts";
import { type DecodedState, decodeState, encodeState, sequenceOf, stateFileName } from "./state-file.ts";
import type { StateFiles } from "./state-files.ts";

/** Good copies kept, the newest included. */
export const COPIES = 10;

/** A state with the number of the commit that made it. */
export interface Snapshot {
  readonly sequence: number;
  readonly state: ControlPlaneState;
}

/** The new copy has its name, but whether that survives a power loss is not known. */
export class UncertainWriteError extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = "UncertainWriteError";
  }
}

/** What was wrong when an older copy had to be used. */
export interface Recovery {
  readonly used: string;
  readonly damaged: readonly string[];
}

/**
 * lowdb's door to the disk. Each write makes a whole new file `state-<sequence>.json`: temporary file, fsync, rename,
 * fsync of the folder. Reading takes the newest copy that is whole; {@link recovery} tells when that is not the newest.
 */
export class StateAdapter implements Adapter<Snapshot> {
  /** Set by {@link read} when the newest copy was damaged. */
  recovery: Recovery | undefined;
  /** Highest number any file has ever had, damaged ones included. */
  highest = 0;
  readonly #files: StateFiles;
  readonly #folder: string;

  constructor(files: StateFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Null when there has never been a state. Throws `CONTROL_PLANE_STATE_UNREADABLE` or `…_TOO_NEW`. */
  async read(): Promise<Snapshot | null> {
    const names = await this.#files.names();
    const sequences = names.flatMap((name) => sequenceOf(name) ?? []).sort((a, b) => b - a);
    for (const name of names.filter((candidate) => candidate.endsWith(".tmp"))) await this.#files.remove(name);
    this.highest = sequences[0] ?? 0;
    const damaged: string[] = [];
    for (const sequence of sequences) {
      const name = stateFileName(sequence);
      const read = await this.#readCopy(name, sequence);
      if (typeof read === "string") {
        damaged.push(`${name}: ${read}`);
        continue;
      }
      if (damaged.length > 0) this.recovery = { used: name, damaged };
      return read;
    }
    if (damaged.length > 0) throw stateUnreadable(this.#folder, damaged);
    return null;
  }

  async write(snapshot: Snapshot): Promise<void> {
    const temporary = `${randomBytes(6).toString("hex")}.tmp`;
    try {
      await this.#files.create(temporary, encodeState(STATE_VERSION, snapshot.sequence, snapshot.state));
      await this.#files.rename(temporary, stateFileName(snapshot.sequence));
    } catch (error) {
      await this.#files.remove(temporary).catch(() => undefined);
      throw error;
    }
    await this.#files.syncNames().catch((cause: unknown) => {
      throw new UncertainWriteError(cause);
    });
    this.highest = snapshot.sequence;
    await this.#removeOldCopies(snapshot.sequence - COPIES);
  }

  async #readCopy(name: string, sequence: number): Promise<Snapshot | string> {
    let decoded: DecodedState | string;
    try {
      decoded = decodeState(await this.#files.read(name));
    } catch (error) {
      return `it cannot be read: ${messageOf(error)}`;
    }
    if (typeof decoded === "string") return decoded;
    if (decoded.sequence !== sequence) return "its number is not that of its name";
    if (decoded.version > STATE_VERSION) throw stateTooNew(name, decoded.version, STATE_VERSION);
    try {
      const state = migrateState(decoded.body, decoded.version, STATE_VERSION);
      const [problem] = schemaProblems(ControlPlaneState, state);
      if (problem !== undefined) return `${problem.path || "(top)"}: ${problem.message}`;
      return { sequence, state: state as ControlPlaneState };
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Old copies are a comfort: failing to remove one must not fail the commit. */
  async #removeOldCopies(last: number): Promise<void> {
    try {
      for (const name of await this.#files.names()) {
        const sequence = sequenceOf(name);
        if (sequence !== undefined && sequence <= last) await this.#files.remove(name);
      }
    } catch {
      // The next commit tries again.
    }
  }
}
