import { shellQuote } from "#inventory/kernel/shell.ts";
import { readDestination } from "../file-copied/destination.ts";
import { exchange, readExchange } from "../http-exchange.ts";
import { maskedUrl, REQUEST_ARGUMENTS, requestOf } from "../http-request.ts";
import type { Operation, OperationContext, OperationPlan } from "../operation.ts";
import { OWNERSHIP_ARGUMENTS, ownershipChange, unsupportedOwnership, wantedOwnership } from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { guarded, pathInfo } from "../path-state.ts";
import { failing, runChange } from "../plan.ts";
import { type Checksum, wantedChecksum } from "./checksum.ts";
import { type Download, planPlacement } from "./placement.ts";

/** A file on the host has what an address gives. */
export const urlFetched: Operation = {
  name: "url-fetched",
  title: "Download a file to the host",
  modules: ["ansible.builtin.get_url"],
  arguments: {
    ...REQUEST_ARGUMENTS,
    dest: {
      type: "path",
      required: true,
      description: "Where the file shall lie; a folder takes it under its own name.",
    },
    backup: { type: "bool", default: false, description: "Keep the old file beside the new one." },
    checksum: {
      type: "str",
      default: "",
      description: "Algorithm, colon, and the checksum or an address that lists it.",
    },
    force: { type: "bool", default: false, description: "Download even if the file is there and seems current." },
    timeout: { type: "int", default: 10, description: "Longest silence in seconds." },
    headers: { type: "dict", description: "Headers of the request." },
    tmp_dest: { type: "path", description: "Folder on the host for the download on its way." },
    url_username: { type: "str", aliases: ["username"], description: "User name for the server." },
    url_password: { type: "str", aliases: ["password"], secret: true, description: "Password for the server." },
    ...OWNERSHIP_ARGUMENTS,
  },
  checkMode: "full",
  async plan(raw, context) {
    const unsupported = unsupportedOwnership(raw);
    if (unsupported !== undefined) return failing(unsupported);
    if (raw.use_gssapi === true) return failing("use_gssapi is not supported by the native module");
    const args = await expandPaths(raw, urlFetched.arguments, context.read);
    const dest = String(args.dest);
    const headers = Object.fromEntries(
      Object.entries((args.headers as Record<string, unknown> | null) ?? {}).map(([name, value]) => [
        name,
        String(value),
      ]),
    );
    const request = requestOf(args, { method: context.checkMode ? "HEAD" : "GET", headers, follows: true });
    const base = {
      changed: false,
      checksum_dest: null,
      checksum_src: null,
      dest,
      elapsed: 0,
      url: maskedUrl(request.url),
    };
    const checksum = await wantedChecksum(String(args.checksum), request, context);
    if (checksum !== undefined && "msg" in checksum) {
      return failing(checksum.msg, checksum.isBare ? {} : base);
    }
    const wanted = wantedOwnership(args);
    const places = new Map([["dest", dest]]);
    const found = await readDestination(places, wanted, context);
    if (typeof found === "string") return failing(found, base);
    const state = found.paths.get("dest");
    const isFolder = state?.target?.kind === "directory";
    const isThere = !isFolder && state?.target !== undefined;
    const matches = isThere && checksum !== undefined ? await hasChecksum(dest, checksum, context) : undefined;
    if (matches === true && args.force !== true && state?.stat !== undefined) {
      const change = ownershipChange(dest, state.stat, wanted, found.known, found.user.umask);
      if ("failure" in change) return failing(change.failure.msg, { ...base, path: dest });
      const msg = change.differs ? "file already exists but file attributes changed" : "file already exists";
      const result = { ...base, changed: change.differs, msg, ...pathInfo({ ...state, stat: change.result }) };
      if (!change.differs) return { changes: [], result };
      return { changes: [runChange(context, `Set attributes of ${dest}`, change.script)], result };
    }
    const fresh = args.force === true || matches === false;
    const download: Download = {
      args,
      base,
      wanted,
      checksum,
      isFolder,
      state,
      request: { ...request, forcesFresh: fresh, ...(isThere && !fresh ? { newerThan: dest } : {}) },
    };
    return planDownload(download, context);
  },
};

async function planDownload(download: Download, context: OperationContext): Promise<OperationPlan> {
  const { args, base, request } = download;
  const folder = typeof args.tmp_dest === "string" ? args.tmp_dest : undefined;
  if (folder !== undefined) {
    const word = shellQuote(guarded(folder));
    const kind = await context.read.run(`if [ -d ${word} ]; then echo d; elif [ -e ${word} ]; then echo e; fi`);
    if (kind.stdout.trim() === "e") return failing(`${folder} is a file but should be a directory.`, { elapsed: 0 });
    if (kind.stdout.trim() === "") return failing(`${folder} directory does not exist.`, { elapsed: 0 });
  }
  const options = {
    keepsBody: !context.checkMode,
    shows: "never" as const,
    ...(folder === undefined ? {} : { base: folder }),
  };
  const { script, stdin } = exchange(request, options);
  if (context.checkMode) {
    const outcome = await context.read.run(script, { stdin });
    const response = readExchange(outcome.stdout, request);
    return planPlacement(download, response, outcome.durationMilliseconds, context);
  }
  return {
    changes: [
      { kind: "run", title: `Download ${base.url}`, command: { script, stdin, environment: context.environment } },
    ],
    result: { ...base, changed: true },
    async next(outcomes) {
      const outcome = outcomes[0];
      const response = readExchange(outcome?.stdout ?? "", request);
      return planPlacement(download, response, outcome?.durationMilliseconds ?? 0, context);
    },
  };
}

async function hasChecksum(path: string, checksum: Checksum, context: OperationContext): Promise<boolean> {
  const script = `${checksum.algorithm}sum <${shellQuote(guarded(path))} | cut -d' ' -f1`;
  return (await context.read.run(script)).stdout.trim() === checksum.digest;
}
