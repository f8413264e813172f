import { createHash } from "node:crypto";
import { shellQuote } from "#inventory/kernel/shell.ts";
import { modeBits, modeText, parseMode } from "../mode.ts";
import type { Argument, Change, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { describePath, PATH_FUNCTIONS, type PathState, parsePathStates, pathInfo } from "../path-state.ts";
import { failing, runChange } from "../plan.ts";
import { repositoryName, repositoryText } from "./repository-text.ts";
import { fetchKey } from "./signing-key.ts";

function flag(description: string): Argument {
  return { type: "bool", description };
}

function several(description: string): Argument {
  return { type: "list", elements: "str", description };
}

/** A package source in deb822 style is among apt's sources, with its signing key, or is not. */
export const archiveListed: Operation = {
  name: "archive-listed",
  title: "Make a package source of deb822 style be used by apt, or not",
  modules: ["ansible.builtin.deb822_repository"],
  arguments: {
    name: { type: "str", required: true, description: "Name of the source and, cleaned, of its file." },
    state: { type: "str", default: "present", choices: ["present", "absent"], description: "Whether it is there." },
    mode: { type: "raw", default: "0644", description: "Permission bits of the file." },
    types: {
      type: "list",
      elements: "str",
      default: ["deb"],
      choices: ["deb", "deb-src"],
      description: "Kinds of packages.",
    },
    uris: several("Addresses of the archive."),
    suites: several("Releases, or paths that end in a slash."),
    components: several("Parts of the archive."),
    architectures: several("Architectures to fetch."),
    languages: several("Languages of descriptions to fetch."),
    targets: several("What is downloaded of the archive."),
    signed_by: { type: "str", description: "Signing key: its address, a file on the host, its text, or fingerprints." },
    enabled: flag("Whether the source is used."),
    trusted: flag("Whether it counts as signed, or never does."),
    allow_downgrade_to_insecure: flag("Whether it may stop being signed."),
    allow_insecure: flag("Whether it may be unsigned."),
    allow_weak: flag("Whether weak algorithms may sign it."),
    by_hash: flag("Whether indexes are fetched by their hash."),
    check_date: flag("Whether the clock is compared with the release's date."),
    check_valid_until: flag("Whether the release may be too old."),
    date_max_future: { type: "int", description: "Seconds the release's date may lie ahead." },
    inrelease_path: { type: "str", description: "Path of the InRelease file in the archive." },
    pdiffs: flag("Whether indexes are fetched as differences."),
  },
  checkMode: "full",
  async plan(args, context) {
    const name = repositoryName(String(args.name));
    const dest = `/etc/apt/sources.list.d/${name}.sources`;
    const keys = ["asc", "gpg"].map((ending) => `/etc/apt/keyrings/${name}.${ending}`);
    const signed = typeof args.signed_by === "string" ? args.signed_by : undefined;
    const places = new Map([
      ["dest", dest],
      ["folder", "/etc/apt/keyrings"],
      ["asc", keys[0] ?? ""],
      ["gpg", keys[1] ?? ""],
    ]);
    const isWord = signed !== undefined && !signed.includes("\n") && !/^[\w+.-]+:/.test(signed);
    if (isWord) places.set("signed", signed);
    const script = [...places]
      .map(([label, path]) => describePath(path, label, label === "dest" ? ["content"] : []))
      .join("");
    const { paths } = parsePathStates((await context.read.run(PATH_FUNCTIONS + script)).stdout);
    if (args.state === "absent") return planAbsence(dest, keys, paths, context);
    return planPresence(args, { name, dest, signed }, paths, context);
  },
};

function planAbsence(
  dest: string,
  keys: readonly string[],
  paths: ReadonlyMap<string, PathState>,
  context: OperationContext,
): OperationPlan {
  const there = [...paths]
    .filter(([label, state]) => label !== "folder" && state.stat !== undefined)
    .map(([label]) => label);
  const files = there.map((label) => (label === "dest" ? dest : (keys[label === "asc" ? 0 : 1] ?? "")));
  const result = { repo: null, changed: files.length > 0, dest, key_filename: keys[1] };
  if (files.length === 0) return { changes: [], result };
  const script = `rm -f -- ${files.map(shellQuote).join(" ")}\n`;
  return { changes: [runChange(context, `Remove ${files.join(", ")}`, script)], result };
}

async function planPresence(
  args: Readonly<Record<string, unknown>>,
  { name, dest, signed }: { readonly name: string; readonly dest: string; readonly signed: string | undefined },
  paths: ReadonlyMap<string, PathState>,
  context: OperationContext,
): Promise<OperationPlan> {
  const changes: Change[] = [];
  let keyFile: string | null = null;
  if (signed !== undefined && paths.get("signed")?.target?.kind === "file") keyFile = signed;
  else if (signed !== undefined && /^[\w+.-]+:/.test(signed) && !signed.includes("\n")) {
    const key = await fetchKey(signed, context);
    if ("failure" in key) return failing(`Could not fetch signed_by key: ${key.failure}`);
    const ending = key.bytes.includes("-----BEGIN PGP PUBLIC KEY BLOCK-----") ? "asc" : "gpg";
    keyFile = `/etc/apt/keyrings/${name}.${ending}`;
    const known = await context.read.readFile(keyFile);
    if (paths.get("folder")?.target === undefined) {
      changes.push(runChange(context, "Make the folder /etc/apt/keyrings", "mkdir -m 0755 /etc/apt/keyrings\n"));
    }
    if (known === undefined || !known.equals(key.bytes) || paths.get(ending)?.target?.mode !== 0o644) {
      changes.push({
        kind: "write",
        title: `Write ${keyFile}`,
        file: { path: keyFile, content: key.bytes, mode: 0o644 },
      });
    }
  }
  const mode = parseMode(args.mode);
  if (mode === undefined || mode.kind === "invalid") {
    return failing("mode must be in octal or symbolic form", { details: mode?.details ?? "" });
  }
  const file = paths.get("dest");
  const bits = modeBits(mode, { mode: file?.target?.mode ?? 0o600, directory: false, umask: 0o022 });
  const repo = repositoryText(args, keyFile);
  if (sha256(file?.content ?? "") !== sha256(repo) || file?.target === undefined || file.target.mode !== bits) {
    changes.push({
      kind: "write",
      title: `Write ${dest}`,
      file: { path: file?.realPath ?? dest, content: repo, mode: bits },
    });
  }
  const seen = context.checkMode ? pathInfo(file) : { ...WRITTEN, mode: modeText(bits), size: Buffer.byteLength(repo) };
  return { changes, result: { repo, changed: changes.length > 0, dest, key_filename: keyFile, ...seen } };
}

/** What a file that root writes is; the original tells it of every `dest`. */
const WRITTEN = { uid: 0, gid: 0, owner: "root", group: "root", state: "file" };

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
