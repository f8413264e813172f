import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Command, CommandResult, Connector, FileToWrite } from "../connectors/connector.ts";
import { validateArguments } from "./arguments.ts";
import { executePlan, readerOf } from "./execute.ts";
import type { ModuleResult, Operation, OperationContext, OperationPlan } from "./operation.ts";

/** A folder of its own for one test, removed by {@link Trial.close}, and a way to run operations on this machine. */
export interface Trial {
  readonly folder: string;
  readonly connector: Connector;
  path(...parts: string[]): string;
  /** Plans, and under check mode goes no further; otherwise makes the changes. */
  run(operation: Operation, raw: Readonly<Record<string, unknown>>, options?: TrialOptions): Promise<TrialOutcome>;
  close(): Promise<void>;
}

export interface TrialOptions {
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly module?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface TrialOutcome {
  readonly plan: OperationPlan;
  readonly result: ModuleResult;
}

export async function openTrial(connector: Connector = thisMachine()): Promise<Trial> {
  const folder = await mkdtemp(join(tmpdir(), "operations-"));
  return {
    folder,
    connector,
    path: (...parts) => join(folder, ...parts),
    run: (operation, raw, options = {}) => runOperation(connector, folder, operation, raw, options),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Applies an operation as the engine does. Local source files are looked for in `folder`. */
export async function runOperation(
  connector: Connector,
  folder: string,
  operation: Operation,
  raw: Readonly<Record<string, unknown>>,
  options: TrialOptions = {},
): Promise<TrialOutcome> {
  const module = options.module ?? operation.modules[0] ?? "";
  const valid = validateArguments(operation, raw, module);
  if (!valid.valid) {
    const result = { changed: false, failed: true, msg: valid.message };
    return { plan: { changes: [], result }, result };
  }
  const signal = new AbortController().signal;
  const environment = options.environment ?? {};
  const context: OperationContext = {
    read: readerOf(connector, undefined, environment, signal),
    checkMode: options.check ?? false,
    wantsDiff: options.diff ?? false,
    environment,
    localPath: async (path) => (path.startsWith("/") ? path : join(folder, path)),
    facts: options.facts ?? {},
    signal,
  };
  const plan = await operation.plan(valid.arguments, context, module);
  if (context.checkMode) return { plan, result: plan.result };
  return { plan, result: (await executePlan(plan, connector, undefined, signal)).result };
}

/** What every operation must prove: check mode predicts and leaves alone, one apply changes, the next plans nothing. */
export async function proveIdempotence(
  trial: Trial,
  operation: Operation,
  raw: Readonly<Record<string, unknown>>,
  options: TrialOptions = {},
): Promise<{ readonly predicted: ModuleResult; readonly first: ModuleResult; readonly second: ModuleResult }> {
  const before = await fingerprint(trial);
  const predicted = (await trial.run(operation, raw, { ...options, check: true })).result;
  if ((await fingerprint(trial)) !== before) throw new Error("check mode changed something");
  const first = (await trial.run(operation, raw, options)).result;
  const second = await trial.run(operation, raw, options);
  if (predicted.changed !== first.changed)
    throw new Error(`predicted ${predicted.changed}, was ${JSON.stringify(first)}`);
  if (second.plan.changes.length > 0) throw new Error(`second apply plans: ${second.plan.changes[0]?.title}`);
  return { predicted, first, second: second.result };
}

async function fingerprint(trial: Trial): Promise<string> {
  const script = `cd ${shellQuote(trial.folder)} && find . -printf '%p %y %m %U %G %l\\n' | sort; find . -type f -exec sha256sum {} + | sort`;
  return (await trial.connector.run({ script })).stdout;
}

/** This machine as a host. */
function thisMachine(): Connector {
  return {
    host: "localhost",
    run: runHere,
    writeFile: writeHere,
    readFile: async (path) => {
      try {
        return await readFile(path);
      } catch (error) {
        throw new ApplianceError({
          code: "PLAYBOOKS_FILE_NOT_READ",
          kind: "environment",
          message: `${path} cannot be read`,
          hint: "Look at the path.",
          cause: error,
        });
      }
    },
    stream: () => Readable.from([]),
    close: async () => {},
  };
}

function runHere(command: Command): Promise<CommandResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const environment = Object.entries(command.environment ?? {}).map(([name, value]) => [
      name,
      typeof value === "string" ? value : value.reveal(),
    ]);
    const child = spawn("/bin/sh", ["-c", command.script], {
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: "/root",
        ...Object.fromEntries(environment),
      },
    });
    const streams: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
    child.stdout.on("data", (chunk: Buffer) => streams.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => streams.stderr.push(chunk));
    child.on("error", reject);
    child.stdin.on("error", () => {});
    child.stdin.end(command.stdin ?? "");
    child.on("close", (code) =>
      resolve({
        status: code ?? 255,
        stdout: Buffer.concat(streams.stdout).toString("utf8"),
        stderr: Buffer.concat(streams.stderr).toString("utf8"),
        truncated: false,
        durationMilliseconds: performance.now() - started,
      }),
    );
  });
}

async function writeHere(file: FileToWrite): Promise<void> {
  const content =
    typeof file.content === "object" && "localPath" in file.content
      ? await readFile(file.content.localPath)
      : Buffer.from(file.content);
  const temporary = `${file.path}.new`;
  const hash = createHash("sha256").update(content).digest("hex");
  const lines = [
    `cat >${shellQuote(temporary)}`,
    ...(file.owner === undefined ? [] : [`chown ${shellQuote(file.owner)} ${shellQuote(temporary)}`]),
    ...(file.group === undefined ? [] : [`chgrp ${shellQuote(file.group)} ${shellQuote(temporary)}`]),
    ...(file.mode === undefined ? [] : [`chmod ${file.mode.toString(8).padStart(5, "0")} ${shellQuote(temporary)}`]),
    ...(file.validate === undefined
      ? []
      : [`{ ${file.validate.replaceAll("%s", shellQuote(temporary))}; } || exit 86`]),
    `mv -fT ${shellQuote(temporary)} ${shellQuote(file.path)}`,
  ];
  const outcome = await runHere({ script: `set -e; ${lines.join("; ")}`, stdin: content });
  if (outcome.status === 0) return;
  await rm(temporary, { force: true });
  throw new ApplianceError({
    code: outcome.status === 86 ? "PLAYBOOKS_FILE_REFUSED" : "PLAYBOOKS_FILE_NOT_WRITTEN",
    kind: "environment",
    message: outcome.stderr.trim() || `could not write ${file.path} (${hash.slice(0, 8)})`,
    hint: "Look at the path.",
  });
}
