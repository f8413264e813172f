import type { CommandRunner } from "./runner.ts";

/** One step forward, of the lab as a whole or of one host. */
export interface LabProgress {
  readonly host?: string;
  /** `boot`: it was off and is starting. `kept`: it ran already. `done`: the host, or without a host the lab, is up. */
  readonly step: "check" | "image" | "network" | "disks" | "boot" | "kept" | "done" | "failed" | "remove";
  readonly message: string;
}

export interface LabOptions {
  readonly onProgress?: (progress: LabProgress) => void;
  /** Aborting stops at the next step and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Programs are run through this; execa unless given. */
  readonly runner?: CommandRunner;
}

/** Tells who asked, if anyone did. */
export function report(options: LabOptions, progress: LabProgress): void {
  options.onProgress?.(progress);
}
