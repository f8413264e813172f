import { readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setInterval } from "node:timers";

/** A process is looked at this often: it is born with its parent's command line and then gets its own. */
const LOOKS = 3;
/** How often the processes of the machine, those in lab hosts among them, are looked at. */
const EVERY_MILLISECONDS = 100;

/** Where a secret was seen while something ran. */
export interface Watched {
  /** Command lines seen, each once: of the controller and, lab hosts sharing its kernel, of the hosts. */
  readonly commandLines: ReadonlySet<string>;
  /** Files below the temporary folder that others could have read, with their text. */
  readonly readableFiles: ReadonlyMap<string, string>;
}

/** Takes note of every command line and of temporary files that others can read, until stopped. */
export class SecretWatch implements Watched {
  readonly commandLines = new Set<string>();
  readonly readableFiles = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #looks = new Map<string, number>();

  constructor() {
    this.#timer = setInterval(() => this.#look(), EVERY_MILLISECONDS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const looks = new Map<string, number>();
    for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const before = this.#looks.get(id) ?? 0;
      looks.set(id, before + 1);
      if (before < LOOKS) this.#noteProcess(id);
    }
    this.#looks = looks;
    for (const name of readdirSync(tmpdir()).filter((one) => /^(bdap|ansible)/.test(one))) {
      // What others cannot enter, they cannot read.
      attempt(() => {
        if ((statSync(join(tmpdir(), name)).mode & 0o005) !== 0) this.#noteFiles(join(tmpdir(), name));
      });
    }
  }

  #noteProcess(id: string): void {
    attempt(() => this.commandLines.add(readFileSync(join("/proc", id, "cmdline"), "utf8").replaceAll("\0", " ")));
  }

  #noteFiles(folder: string): void {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      attempt(() => {
        if (entry.isFile() && (statSync(path).mode & 0o004) !== 0)
          this.readableFiles.set(path, readFileSync(path, "utf8"));
      });
    }
  }
}

/** Processes and files come and go while they are looked at. */
function attempt(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** The texts that give a secret away: each long line of it, and its forms in base64 and JSON. */
export function tellingParts(secret: string): string[] {
  const lines = secret.split("\n").filter((line) => line.length >= 8 && !line.startsWith("-----"));
  return [...lines, Buffer.from(secret).toString("base64"), JSON.stringify(secret).slice(1, -1)];
}
