import { homedir } from "node:os";
import { resolve } from "node:path";
import { Command, Errors, Flags } from "@oclif/core";
import { ApplianceError, errorRecordOf, exitCodeOf } from "#inventory/kernel/errors.ts";
import { openSite, type SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import type { Call } from "#playbooks/engine/command-line/call.ts";
import { openTerminal } from "#playbooks/engine/command-line/terminal.ts";
import { visible } from "../reports/terminal.ts";

/** The flags that say which site, and how to open it. */
export interface SiteFlags {
  readonly site: string;
  readonly "vault-password-file"?: string | undefined;
  readonly "ssh-agent"?: string | undefined;
}

/** What every command shares: `--site`, `--json`, and the one error handler. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    site: Flags.string({
      description: "The site directory",
      env: "BDAP_SITE",
      default: ".",
      helpGroup: "GLOBAL",
      noCacheDefault: true,
    }),
    "vault-password-file": Flags.string({
      description: "File with the password of the site's vault [default: .vault-password in the site directory]",
      env: "BDAP_VAULT_PASSWORD_FILE",
      helpGroup: "GLOBAL",
      noCacheDefault: true,
    }),
    "ssh-agent": Flags.string({
      description: "Socket of the SSH agent",
      env: "SSH_AUTH_SOCK",
      helpGroup: "GLOBAL",
      noCacheDefault: true,
    }),
  };

  readonly #interruption = interruption();

  /** Cancelled by the first Ctrl-C or SIGTERM; a second one ends the process at once. */
  protected get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** As if Ctrl-C had been pressed, for screens that read the keyboard themselves. */
  protected interrupt(): void {
    this.#interruption.stop();
  }

  /** The site directory that `--site` names, which need not exist yet. */
  protected siteDirectory(flags: SiteFlags): SiteDirectory {
    return openSite(resolve(flags.site), {
      ...(flags["vault-password-file"] === undefined
        ? {}
        : { vaultPasswordFile: resolve(flags["vault-password-file"]) }),
      ...(flags["ssh-agent"] === undefined ? {} : { agentSocket: flags["ssh-agent"] }),
    });
  }

  /** The environment of this process. */
  protected get environment(): Readonly<Record<string, string | undefined>> {
    return process.env;
  }

  /** Root folder of the installed package: playbooks, templates and bundles lie under it. */
  protected get packageRoot(): string {
    return this.config.root;
  }

  override log(message = ""): void {
    super.log(visible(message));
  }

  override logToStderr(message = ""): void {
    super.logToStderr(visible(message));
  }

  /** One document of `--json` output. A command that streams returns nothing and writes lines by {@link emitJson}. */
  override logJson(document: unknown): void {
    if (document !== undefined) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }

  /** One event of a stream: one document on one line. */
  protected emitJson(event: unknown): void {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  }

  override async catch(error: Error): Promise<void> {
    const problem = asApplianceError(error, this.signal);
    process.exitCode = problem instanceof ApplianceError ? exitCodeOf(problem) : exitCodeOf(error);
    const record = errorRecordOf(problem);
    if (this.jsonEnabled()) {
      this.logJson({ error: record });
      return;
    }
    this.logToStderr(`Error ${record.code}: ${record.message}`);
    if (record.state !== undefined) this.logToStderr(`  State: ${record.state}`);
    this.logToStderr(`  Do:    ${record.hint}`);
    if (record.kind === "bug" && typeof record.context?.["stack"] === "string")
      this.logToStderr(record.context["stack"]);
  }
}

/** oclif's own refusals (unknown flag, missing argument) as errors of ours. */
function asApplianceError(error: Error, signal: AbortSignal): unknown {
  if (error instanceof ApplianceError) return error;
  if (signal.aborted) {
    return new ApplianceError({
      code: "INSTALLER_CANCELLED",
      kind: "cancelled",
      message: "Stopped on request.",
      hint: "Run the same command again to go on.",
      cause: error,
    });
  }
  if (error instanceof Errors.CLIError) {
    return new ApplianceError({
      code: "INSTALLER_USAGE",
      kind: "user",
      message: usageWords(error.message),
      hint: "See the command's --help.",
      cause: error,
    });
  }
  return error;
}

/** What oclif says, on one line and without its own pointer to the help. */
function usageWords(message: string): string {
  const lines = message.split("\n").map((line) => line.trim());
  const own = lines.filter(
    (line) => line !== "" && !/^The following errors? occurred:$|^See more help with/.test(line),
  );
  return own.join(" ") || message;
}

/**
 * A command that is one of Ansible's programs: words, output and exit status are the program's own, oclif only knows its flags
 * for the help.
 */
export abstract class ProgramCommand extends Command {
  static override strict = false;

  protected abstract readonly program: (call: Call) => Promise<number>;

  async run(): Promise<void> {
    const terminal = openTerminal();
    process.exitCode = await this.program({
      program: `${this.config.bin} ${this.id}`,
      words: this.argv,
      around: { environment: process.env, workingFolder: process.cwd(), homeFolder: process.env["HOME"] ?? homedir() },
      terminal,
      signal: interruption().signal,
    });
    await terminal.end();
  }
}

function interruption(): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return { signal: controller.signal, stop };
}
