import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";

/** Asks for a password in the terminal without showing it. Rejects with `INSTALLER_NO_TERMINAL` where there is none. */
export async function askPassword(question: string, signal: AbortSignal): Promise<Secret> {
  if (!process.stdin.isTTY) {
    throw new ApplianceError({
      code: "INSTALLER_NO_TERMINAL",
      kind: "user",
      message: "A password is to be asked for, but there is no terminal to ask in.",
      hint: "Use --password-file instead.",
    });
  }
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return new Secret(await lines.question("", { signal }));
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
