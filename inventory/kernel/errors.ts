/**
 * What kind of failure an {@link ApplianceError} is; the kind decides the process's exit code.
 * `user`: the request cannot be served as written. `environment`: the world (a host, a disk, a network) is in the way.
 * `cancelled`: a person stopped it. `bug`: our own mistake.
 */
export type ErrorKind = "user" | "environment" | "cancelled" | "bug";

export interface ErrorDetails {
  /** Stable, searchable name: area and problem, as in `PLAYBOOKS_HOST_UNREACHABLE`. Never reused for another problem. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** What happened and why, one sentence, no secrets. */
  readonly message: string;
  /** What to do about it, an imperative sentence; a command line where one exists. */
  readonly hint: string;
  /** What state things were left in, when that is not obvious. */
  readonly state?: string;
  /** Data a program can use: host, file, line, column, serial. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class. Everything a person may meet is one of these; anything else reaching a handler is a bug. */
export class ApplianceError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly state: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ApplianceError";
    this.code = details.code;
    this.kind = details.kind;
    this.hint = details.hint;
    this.state = details.state;
    this.context = details.context ?? {};
  }

  /** The error as it appears in `--json` output and in journals. */
  toJSON(): ErrorRecord {
    return {
      code: this.code,
      kind: this.kind,
      message: this.message,
      hint: this.hint,
      ...(this.state === undefined ? {} : { state: this.state }),
      ...(Object.keys(this.context).length === 0 ? {} : { context: this.context }),
    };
  }
}

export interface ErrorRecord {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string;
  readonly state?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

const EXIT_CODES: Readonly<Record<ErrorKind, number>> = { user: 1, environment: 3, cancelled: 130, bug: 70 };

/** The exit code a process ends with when `error` reaches its one handler. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ApplianceError ? EXIT_CODES[error.kind] : EXIT_CODES.bug;
}

/** Any thrown thing as a record; what is not an {@link ApplianceError} is reported as a bug, its stack in the context. */
export function errorRecordOf(error: unknown): ErrorRecord {
  if (error instanceof ApplianceError) return error.toJSON();
  return {
    code: "KERNEL_UNEXPECTED",
    kind: "bug",
    message: error instanceof Error ? error.message : String(error),
    hint: "This is a defect in bdap. Please report it with the text above.",
    ...(error instanceof Error && error.stack !== undefined ? { context: { stack: error.stack } } : {}),
  };
}

/** The message of any thrown thing. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, `ECONNREFUSED`), or undefined. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
