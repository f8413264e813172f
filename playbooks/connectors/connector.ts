import type { Readable } from "node:stream";
import type { Secret } from "#inventory/kernel/secret.ts";

/** A shell script to run on a host. Data, so that it can be shown, recorded and compared before anything runs. */
export interface Command {
  /** POSIX shell, run by `/bin/sh`. Interpolated values are quoted by `shellQuote`; no secret is ever written here. */
  readonly script: string;
  /** Fed to the script's standard input, a file of this machine as a stream. Secrets travel here. */
  readonly stdin?: string | Buffer | { readonly localPath: string };
  /** Extra environment, visible only to the script; values may be secret. */
  readonly environment?: Readonly<Record<string, string | Secret>>;
  /** Milliseconds after which the script and all it started are ended; none unless given. */
  readonly timeoutMilliseconds?: number;
  /** Run as this user instead of the connection's own. Needs `sudo` (or `su`) on the host. */
  readonly become?: Become;
}

export interface Become {
  readonly user: string;
  readonly method: "sudo" | "su";
  readonly password?: Secret;
  /** The program to become by, where it is not `sudo` or `su` of the PATH. */
  readonly program?: string;
  /** Flags for it, as a command line; `-H` for sudo unless given. How a password is asked for is not among them. */
  readonly flags?: string;
}

/** How a command ended. Output is decoded as UTF-8, at most 16 MiB a stream; `truncated` says when more was dropped. */
export interface CommandResult {
  /** Exit status, 128 + signal when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly durationMilliseconds: number;
}

/** A file to make on a host, whole or not at all: temporary file beside it, fsync, rename. */
export interface FileToWrite {
  readonly path: string;
  readonly content: string | Buffer | { readonly localPath: string };
  /** Permission bits. Those of the existing file, else 0o644, unless given. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Shell command with `%s` for the temporary file that must succeed before the rename (as in Ansible's `validate`). */
  readonly validate?: string;
  /** sha256 of the content in hexadecimal; checked on the host after the transfer. Computed when absent. */
  readonly sha256?: string;
  readonly become?: Become;
}

/**
 * The only way anything is executed. One connector is one host; calls may overlap, each waits its turn where the
 * transport needs it. Rejections are ApplianceErrors:
 * `PLAYBOOKS_HOST_UNREACHABLE`, `PLAYBOOKS_HOST_KEY_CHANGED`, `PLAYBOOKS_LOGIN_REFUSED`, `PLAYBOOKS_BECOME_REFUSED` (nothing ran);
 * `PLAYBOOKS_OUTCOME_UNKNOWN` (the connection was lost while it ran: it may or may not have happened);
 * `PLAYBOOKS_COMMAND_TIMEOUT` (it was ended at its deadline); `PLAYBOOKS_CANCELLED` (the signal or `close` ended it); both
 * say in `state` whether everything it started is gone.
 * A script that ends with a status other than 0 is a result, not a rejection.
 */
export interface Connector {
  readonly host: string;
  run(command: Command, signal?: AbortSignal): Promise<CommandResult>;
  /**
   * Makes the file or leaves the old one. Rejects further with `PLAYBOOKS_DISK_FULL`, `PLAYBOOKS_FILE_REFUSED` (by
   * `validate`) or `PLAYBOOKS_FILE_NOT_WRITTEN`.
   */
  writeFile(file: FileToWrite, signal?: AbortSignal): Promise<void>;
  /** The bytes of a file on the host, at most 256 MiB. Rejects further with `PLAYBOOKS_FILE_NOT_READ`. */
  readFile(path: string, become?: Become, signal?: AbortSignal): Promise<Buffer>;
  /**
   * Streams what a command prints, output and complaints as they come, for long work. A status other than 0 is the error
   * `PLAYBOOKS_COMMAND_FAILED` after the last byte; destroying the stream ends the command.
   */
  stream(command: Command, signal?: AbortSignal): Readable;
  /** Ends everything still running on the host for this connector, then the connection. */
  close(): Promise<void>;
}

/** How to reach one host. */
export interface Endpoint {
  /** Name used in messages and records. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** OpenSSH private key text, tried first. */
  readonly privateKey?: Secret;
  readonly passphrase?: Secret;
  /** Path of an SSH agent's socket, tried after the key. */
  readonly agentSocket?: string;
  readonly password?: Secret;
  /** Another endpoint to tunnel through. */
  readonly jump?: Endpoint;
  readonly connectTimeoutMilliseconds?: number;
}
