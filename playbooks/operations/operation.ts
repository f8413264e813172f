import type { Secret } from "#inventory/kernel/secret.ts";
import type { Become, Command, CommandResult, FileToWrite } from "../connectors/connector.ts";

/** The type of one argument, in Ansible's own words. */
export type ArgumentType = "str" | "bool" | "int" | "float" | "list" | "dict" | "path" | "raw" | "any";

export interface Argument {
  readonly type: ArgumentType;
  readonly elements?: ArgumentType;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly choices?: readonly unknown[];
  readonly aliases?: readonly string[];
  /** The value is a secret: it is censored in results, diffs and records. */
  readonly secret?: boolean;
  readonly description: string;
}

/** What an operation does to a host, as data. Nothing else may change a host; `fetch` changes the controller alone. */
export type Change =
  | { readonly kind: "run"; readonly title: string; readonly command: Command }
  | { readonly kind: "write"; readonly title: string; readonly file: FileToWrite }
  | { readonly kind: "fetch"; readonly title: string; readonly file: FileToFetch };

/** A file of the host to bring to the controller, whole or not at all: temporary file beside it, fsync, rename. */
export interface FileToFetch {
  readonly path: string;
  /** Absolute; missing folders are made. */
  readonly localPath: string;
  /** SHA-1 the content must have on arrival, in hexadecimal. */
  readonly sha1?: string;
}

/** One file (or other text) before and after, for `--diff`. Texts are whole; the shower makes the unified diff. */
export interface Difference {
  readonly before: string;
  readonly after: string;
  readonly beforeHeader: string;
  readonly afterHeader: string;
}

/** A module result as Ansible registers it: snake_case keys of the original module, plus `changed`, `failed`, `msg`, `rc`… */
export type ModuleResult = Readonly<Record<string, unknown>> & {
  readonly changed?: boolean;
  readonly failed?: boolean;
};

/** What would be done, decided from what was read. An empty `changes` with `result.changed` false is the no-op. */
export interface OperationPlan {
  readonly changes: readonly Change[];
  /** The result when all changes succeed (and the predicted one under check mode). */
  readonly result: ModuleResult;
  readonly differences?: readonly Difference[];
  /** Makes the final result out of how the changes went (for `command`, `apt` …). Given only the outcomes of `run` changes. */
  conclude?(outcomes: readonly CommandResult[]): ModuleResult;
  /** Where the rest can only be decided then: what to do after the changes, whose result is the whole's. Instead of `conclude`. */
  next?(outcomes: readonly CommandResult[]): Promise<OperationPlan>;
}

/** Reading a host while planning: everything here leaves the host as it is. */
export interface Reader {
  run(
    script: string,
    options?: {
      readonly stdin?: NonNullable<Command["stdin"]>;
      readonly timeoutMilliseconds?: number;
      /** Output longer than can be kept is given cut (`truncated`); else it is thrown as `PLAYBOOKS_OUTPUT_TOO_LONG`. */
      readonly mayBeCut?: boolean;
    },
  ): Promise<CommandResult>;
  /** The bytes of a file on the host; undefined when there is none. */
  readFile(path: string): Promise<Buffer | undefined>;
}

/** A template file of the controller, and how it is read. */
export interface TemplateRequest {
  /** As the task names it, and where it lies. */
  readonly source: string;
  readonly path: string;
  readonly destination: string;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  readonly newline: "\n" | "\r" | "\r\n";
  /** Marks around outputs, statements and comments: start and end of each. */
  readonly marks: {
    readonly variable: readonly [string, string];
    readonly block: readonly [string, string];
    readonly comment: readonly [string, string];
  };
}

export interface OperationContext {
  /** Name of the host in the inventory. */
  readonly host: string;
  readonly read: Reader;
  readonly checkMode: boolean;
  readonly wantsDiff: boolean;
  readonly become?: Become;
  readonly environment: Readonly<Record<string, string | Secret>>;
  /** Resolves a controller-side path (`src:` of copy) as Ansible does: role's files/, play's files/, play's folder. Throws when missing. */
  localPath(path: string, kind: "files" | "templates" | "vars"): Promise<string>;
  /** Folder of the controller that relative destinations on it start from: the playbook's. */
  readonly localFolder: string;
  /** Content of a file of the controller, decrypted where it is a vault file. Throws where it cannot be opened. */
  readLocal(path: string): Promise<Buffer>;
  /** Text of a template with the variables of the task. Throws a plain Error that says what is wrong with it. */
  render(request: TemplateRequest): Promise<string>;
  /** Facts gathered for the host so far, `ansible_…` names without the prefix. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** The smallest change, idempotent: reads, then returns changes as data. Answers to one or more Ansible modules. */
export interface Operation {
  /** Folder name: noun and the state reached, as in `unit-running`. */
  readonly name: string;
  readonly title: string;
  /** Fully qualified module names it answers to (`ansible.builtin.copy`); short names follow from `ansible.builtin`. */
  readonly modules: readonly string[];
  readonly arguments: Readonly<Record<string, Argument>>;
  readonly rules?: {
    readonly mutuallyExclusive?: readonly (readonly string[])[];
    readonly requiredOneOf?: readonly (readonly string[])[];
    readonly requiredTogether?: readonly (readonly string[])[];
    /** An argument of this value needs these others: all of them, or any one when the fourth says so. */
    readonly requiredIf?: readonly (readonly [string, unknown, readonly string[], "any"?])[];
    /** An argument needs these others. */
    readonly requiredBy?: Readonly<Record<string, readonly string[]>>;
  };
  /** Whether the free form (`command: ls -l`) is allowed and which argument it fills. */
  readonly freeForm?: string;
  /** Whether check mode is predicted (`full`) or the task is skipped under check mode (`none`), as the original does. */
  readonly checkMode: "full" | "none";
  /** False where doing it twice is not the same as once: it is not repeated when it is unknown whether it was done. */
  readonly isIdempotent?: boolean;
  /**
   * Decides what to do. `module` is the fully qualified name it was called by. Arguments are already validated, typed,
   * defaulted and with aliases resolved. A failure the person caused is a result with `failed: true` and `msg`, as the
   * original module gives; a thrown ApplianceError is for the transport and for bugs.
   */
  plan(args: Readonly<Record<string, unknown>>, context: OperationContext, module: string): Promise<OperationPlan>;
}
