import { shellQuote } from "#inventory/kernel/shell.ts";
import { isVaultFile } from "#inventory/vault/vault-mark.ts";
import { exchange, readExchange } from "../http-exchange.ts";
import { type HttpRequest, maskedUrl } from "../http-request.ts";
import type { Operation, OperationPlan } from "../operation.ts";
import { OWNERSHIP_ARGUMENTS, unsupportedOwnership, wantedOwnership } from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { guarded } from "../path-state.ts";
import { failing } from "../plan.ts";
import { probeScript, readProbe, type Unpacking } from "./probe.ts";
import { planUnpacking } from "./unpacking.ts";

/** A folder of the host holds what an archive holds. */
export const archiveUnpacked: Operation = {
  name: "archive-unpacked",
  title: "Unpack an archive",
  modules: ["ansible.builtin.unarchive"],
  arguments: {
    src: {
      type: "path",
      required: true,
      description: "The archive, on the controller; with remote_src on the host or an address.",
    },
    dest: { type: "path", required: true, description: "Folder of the host to unpack in; it must exist." },
    remote_src: {
      type: "bool",
      description: "The archive lies on the host already, or the host fetches it; no unless given.",
    },
    copy: { type: "bool", description: "The opposite of remote_src." },
    creates: { type: "path", description: "Path: when it exists, nothing is unpacked." },
    list_files: { type: "bool", default: false, description: "Give the names in the result." },
    keep_newer: { type: "bool", default: false, description: "Leave files that are newer than the archive's." },
    exclude: { type: "list", elements: "str", default: [], description: "Names not to unpack." },
    include: { type: "list", elements: "str", default: [], description: "The only names to unpack." },
    extra_opts: { type: "list", elements: "str", default: [], description: "More options for tar or unzip." },
    validate_certs: { type: "bool", default: true, description: "Refuse certificates that are not trusted." },
    io_buffer_size: { type: "int", default: 65_536, description: "Accepted; nothing is read through such a buffer." },
    decrypt: { type: "bool", default: true, description: "A vault-encrypted archive arrives decrypted." },
    ...OWNERSHIP_ARGUMENTS,
  },
  rules: { mutuallyExclusive: [["include", "exclude"]] },
  checkMode: "full",
  async plan(raw, context) {
    if (raw.copy !== null && raw.remote_src !== null) {
      return failing("parameters are mutually exclusive: ('copy', 'remote_src')");
    }
    const unsupported = unsupportedOwnership(raw);
    if (unsupported !== undefined) return failing(unsupported);
    const args = await expandPaths(raw, archiveUnpacked.arguments, context.read);
    const [src, dest] = [String(args.src), String(args.dest)];
    const isRemote = args.copy === null ? args.remote_src === true : args.copy !== true;
    const facts = await context.read.run(
      [
        typeof args.creates === "string" ? `if [ -e ${word(args.creates)} ]; then echo made; fi\n` : "",
        `if [ -d ${word(dest)} ]; then echo folder; fi\n`,
      ].join(""),
    );
    const said = facts.stdout.split("\n");
    if (said.includes("made"))
      return { changes: [], result: { skipped: true, msg: `skipped, since ${String(args.creates)} exists` } };
    if (!isRemote && src.includes("://")) {
      const msg = `Unsupported option, an URI src (${maskedUrl(src)}) is only supported when remote_src is True`;
      return failing(msg);
    }
    const local = isRemote ? undefined : await context.localPath(src, "files");
    if (!said.includes("folder")) return failing(`dest '${dest}' must be an existing dir`);
    const unpacking: Unpacking = { args, dest, wanted: wantedOwnership(args), context };
    if (isRemote && src.includes("://")) return planDownload(unpacking, src);
    if (local === undefined) return planProbe(unpacking, { remote: src });
    const isOpened = args.decrypt !== false && (await isVaultFile(local));
    return planProbe(unpacking, { content: isOpened ? await context.readLocal(local) : { localPath: local } });
  },
};

function word(path: string): string {
  return shellQuote(guarded(path));
}

interface Delivery {
  readonly remote?: string;
  readonly content?: Buffer | { readonly localPath: string };
  /** Folder of a download, to be removed in the end. */
  readonly downloaded?: string;
}

async function planProbe(unpacking: Unpacking, delivery: Delivery): Promise<OperationPlan> {
  const { context } = unpacking;
  const script = probeScript(unpacking, delivery.remote, context.checkMode);
  const stdin = delivery.content ?? "";
  const folders = delivery.downloaded === undefined ? [] : [delivery.downloaded];
  if (context.checkMode) {
    const outcome = await context.read.run(script, { stdin });
    return planUnpacking(unpacking, readProbe(outcome.stdout, outcome.stderr, unpacking), folders);
  }
  return {
    changes: [
      { kind: "run", title: "Look into the archive", command: { script, stdin, environment: context.environment } },
    ],
    result: { changed: false },
    async next(outcomes) {
      const { stdout = "", stderr = "" } = outcomes[0] ?? {};
      return planUnpacking(unpacking, readProbe(stdout, stderr, unpacking), folders);
    },
  };
}

function planDownload(unpacking: Unpacking, url: string): OperationPlan | Promise<OperationPlan> {
  const { args, context } = unpacking;
  if (context.checkMode) {
    const msg = "remote module (ansible.legacy.unarchive) does not support check mode when using gtar";
    return { changes: [], result: { skipped: true, msg } };
  }
  const request: HttpRequest = {
    url,
    method: "GET",
    headers: {},
    timeoutSeconds: 10,
    follows: true,
    validatesCertificates: args.validate_certs !== false,
    forcesBasic: false,
    usesProxy: true,
    usesNetrc: true,
    decompresses: false,
    agent: "ansible-httpget",
    forcesFresh: false,
  };
  const { script, stdin } = exchange(request, { keepsBody: true, shows: "never" });
  return {
    changes: [
      {
        kind: "run",
        title: `Download ${maskedUrl(url)}`,
        command: { script, stdin, environment: context.environment },
      },
    ],
    result: { changed: false },
    async next(outcomes) {
      const response = readExchange(outcomes[0]?.stdout ?? "", request);
      if (typeof response === "string") return failing(response);
      if (response.folder === undefined) return failing(`Failure downloading ${maskedUrl(url)}, ${response.msg}`);
      return planProbe(unpacking, { remote: `${response.folder}/body`, downloaded: response.folder });
    },
  };
}
