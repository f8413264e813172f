import { join } from "node:path";
import { Errors, flush, handle, run } from "@oclif/core";

/** oclif's exit status for a command that does not exist, which no command of ours can catch. */
const NOT_FOUND = 127;

try {
  await run(process.argv.slice(2), join(import.meta.dirname, ".."));
  await flush();
} catch (error) {
  if (!(error instanceof Errors.CLIError) || error.oclif.exit !== NOT_FOUND) {
    await handle(error instanceof Error ? error : new Error(String(error)));
  } else {
    const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
    process.stderr.write(
      `Error INSTALLER_USAGE: There is no command "${words.join(" ")}".\n  Do:    See bdap --help for the commands there are.\n`,
    );
    process.exitCode = 1;
  }
}
