/** One line of a sources.list(5) file in one-line style. */
interface SourceLine {
  valid: boolean;
  enabled: boolean;
  source: string;
  comment: string;
}

/** All one-line-style source files of a host, edited as the `apt_repository` module of ansible-core does it. */
export class SourceLists {
  readonly #files = new Map<string, SourceLine[]>();

  constructor(files: ReadonlyMap<string, string>) {
    for (const [path, text] of files) {
      const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
      this.#files.set(path, lines.map(parseSource));
    }
  }

  /** The files as they would be written, those without any line left out. */
  texts(): Map<string, string> {
    const found = new Map<string, string>();
    for (const [path, lines] of this.#files) if (lines.length > 0) found.set(path, lines.map(written).join(""));
    return found;
  }

  hasEnabled(source: string): boolean {
    return [...this.#files.values()].flat().some((line) => line.valid && line.enabled && line.source === source);
  }

  /** Enables the source wherever it is, or adds it to `file`. */
  add(source: string, file: string): void {
    const known = [...this.#files.values()].flat().filter((line) => line.valid && line.source === source);
    for (const line of known) line.enabled = true;
    if (known.length > 0) return;
    this.#files.set(file, [...(this.#files.get(file) ?? []), { valid: true, enabled: true, source, comment: "" }]);
  }

  remove(source: string): void {
    for (const [path, lines] of this.#files) {
      const kept = lines.filter((line) => !(line.valid && line.enabled && line.source === source));
      this.#files.set(path, kept);
    }
  }
}

export function parseSource(text: string): SourceLine {
  let line = text.trim();
  const enabled = !line.startsWith("#");
  if (!enabled) line = line.slice(1);
  const hash = line.indexOf("#");
  const comment = hash > 0 ? line.slice(hash + 1).trim() : "";
  const plain = (hash > 0 ? line.slice(0, hash) : line).trim();
  const chunks = plain.split(/\s+/);
  const valid = chunks[0] === "deb" || chunks[0] === "deb-src";
  return { valid, enabled, source: valid ? chunks.join(" ") : plain, comment };
}

/** The name of the file for a source, made of its address without options, protocol and password. */
export function suggestedFile(source: string, filename: string | undefined): string {
  if (filename !== undefined) return `${filename}.list`;
  const plain = source.replace(/\[[^\]]+\]/g, "").replace(/\w+:\/\//g, "");
  const first = plain.split(/\s+/).find((word) => word !== "" && word !== "deb" && word !== "deb-src") ?? "";
  const address = first.includes("@") ? first.slice(first.indexOf("@") + 1) : first;
  const words = address.replace(/[^a-zA-Z0-9]/g, " ").split(" ");
  return `${words.filter((word) => word !== "").join("_")}.list`;
}

function written({ enabled, source, comment }: SourceLine): string {
  return `${enabled ? "" : "# "}${source}${comment === "" ? "" : ` # ${comment}`}\n`;
}
