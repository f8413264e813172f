import type { Readable, Writable } from "node:stream";

/** How a channel ended: with a status, by a signal, or with neither because the connection was lost. */
export interface ChannelEnd {
  /** Exit status; 128 + signal number when a signal ended it; null when the connection was lost. */
  readonly status: number | null;
}

/** One process on a host with its three streams: an SSH session channel, or a child process of this one. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once the process has ended and both outputs were read to their end, or the connection was lost. */
  readonly ended: Promise<ChannelEnd>;
  /** Lets go of the process: closes its input and our ends of its outputs. It is not killed. */
  close(): void;
}

/**
 * Starts a command line (one line, read by the user's login shell) on the host. Rejects with any error when the
 * transport cannot start one more now (`SESSIONS_EXHAUSTED` tells it from a lost connection).
 */
export type OpenChannel = (commandLine: string) => Promise<Channel>;

/** Thrown by an {@link OpenChannel} when the host allows no further session on this connection. */
export class SessionsExhausted extends Error {
  override readonly name = "SessionsExhausted";
}
