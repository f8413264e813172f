/** Runs each command it is sent and answers with a `CommandEnd`; see `commands-in-one-process.ts`. */
import { join } from "node:path";

interface Wanted {
  readonly command: string;
  readonly words: string[];
}

const root = join(import.meta.dirname, "../..");
let output = "";
const keep = (text: string | Uint8Array): boolean => {
  output += text.toString();
  return true;
};
process.stdout.write = keep as typeof process.stdout.write;
process.stderr.write = keep as typeof process.stderr.write;

process.on("message", async ({ command, words }: Wanted) => {
  process.exitCode = 0;
  try {
    const { default: Command } = await import(join(root, "installer/commands", command));
    await Command.run(words, root);
  } catch (error) {
    keep(String(error));
  }
  process.send?.({ status: process.exitCode, output });
  output = "";
});
// Each command listens for Ctrl-C for as long as its process lives.
process.on("disconnect", () => process.exit(0));
