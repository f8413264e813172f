import { homedir } from "node:os";
import type { Call } from "../command-line/call.ts";
import { openTerminal } from "../command-line/terminal.ts";

export interface Ending {
  readonly exitCode: number;
}

type Program = (call: Call) => Promise<number>;

/** The programs there are, each loaded only when it is asked for. */
const PROGRAMS: Readonly<Record<string, () => Promise<Program>>> = {
  ansible: async () => (await import("../command-line/adhoc.ts")).adhocProgram,
  "ansible-inventory": async () => (await import("../command-line/inventory.ts")).inventoryProgram,
  "ansible-vault": async () => (await import("../command-line/vault.ts")).vaultProgram,
  "ansible-playbook": async () => (await import("../command-line/playbook.ts")).playbookProgram,
};

/** Runs the program of that name with what surrounds this process. */
export async function start(name: string, words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ending> {
  const terminal = openTerminal();
  const load = PROGRAMS[name];
  if (load === undefined) {
    terminal.error(`${name}: no such program here; there are ${Object.keys(PROGRAMS).join(", ")}.\n`);
    return { exitCode: 127 };
  }
  const program = await load();
  const interruption = new AbortController();
  const stop = () => interruption.abort();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const exitCode = await program({
    program: name,
    words,
    around: { environment, workingFolder: process.cwd(), homeFolder: environment["HOME"] ?? homedir() },
    terminal,
    signal: interruption.signal,
  });
  process.off("SIGINT", stop);
  process.off("SIGTERM", stop);
  await terminal.end();
  return { exitCode };
}
