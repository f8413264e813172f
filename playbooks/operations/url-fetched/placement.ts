import { basename } from "node:path";
import { shellQuote } from "#inventory/kernel/shell.ts";
import { backupOf, fileIdentity, identityKeys, parentOf, readDestination } from "../file-copied/destination.ts";
import { placingScript } from "../file-copied/placing.ts";
import type { HttpResponse } from "../http-exchange.ts";
import type { HttpRequest } from "../http-request.ts";
import type { Change, OperationContext, OperationPlan } from "../operation.ts";
import { missingOwner, type WantedOwnership } from "../ownership.ts";
import { type PathState, pathInfo } from "../path-state.ts";
import { failing, runChange } from "../plan.ts";
import { type Checksum, urlFileName } from "./checksum.ts";

/** A download as planned. */
export interface Download {
  readonly args: Readonly<Record<string, unknown>>;
  readonly base: Readonly<Record<string, unknown>> & { readonly dest: string; readonly url: string };
  readonly wanted: WantedOwnership;
  readonly checksum: Checksum | undefined;
  readonly isFolder: boolean;
  readonly state: PathState | undefined;
  readonly request: HttpRequest;
}

/** Puts what was downloaded in its place, or says why not. */
export async function planPlacement(
  download: Download,
  response: HttpResponse | string,
  milliseconds: number,
  context: OperationContext,
): Promise<OperationPlan> {
  const { args, base, wanted } = download;
  if (typeof response === "string") return failing(response, base);
  const elapsed = Math.floor(milliseconds / 1000);
  const here = pathInfo(download.state);
  const asked = { url: base.url, dest: base.dest, elapsed, ...here };
  const { status, msg } = response;
  if (status === 304) return { changes: [], result: { ...asked, changed: false, msg, status_code: 304 } };
  if (status === -1) return failing(msg, asked);
  if (status !== null && status !== 200) {
    return failing("Request failed", { ...asked, status_code: status, response: msg });
  }
  const cleanUp = response.folder === undefined ? "" : `rm -rf ${shellQuote(response.folder)}\n`;
  const refuse = (words: string, extra: Readonly<Record<string, unknown>>): OperationPlan => {
    const plan = failing(words, extra);
    return cleanUp === "" ? plan : { ...plan, changes: [runChange(context, "Remove the download", cleanUp)] };
  };
  const name = download.isFolder ? (dispositionName(response.headers) ?? urlFileName(response.url)) : undefined;
  const dest = name === undefined ? base.dest : `${base.dest.replace(/\/+$/, "")}/${name}`;
  const source = response.folder === undefined ? "" : `${response.folder}/body`;
  const places = new Map([
    ["dest", dest],
    ["parent", parentOf(dest)],
  ]);
  const found = await readDestination(places, wanted, context, { backup: args.backup === true });
  const whole = { ...base, dest, elapsed, src: source, checksum_src: response.sha1 };
  if (typeof found === "string") return refuse(found, whole);
  const state = found.paths.get("dest");
  const parent = found.paths.get("parent");
  const result = { ...whole, checksum_dest: state?.target === undefined ? null : (state.sha1 ?? null) };
  if (parent?.target === undefined) return refuse(`Destination ${parentOf(dest)} does not exist`, result);
  const differs = result.checksum_src !== result.checksum_dest;
  if (context.checkMode) return { changes: [], result: { ...result, changed: differs, msg, ...pathInfo(state) } };
  if (download.checksum !== undefined) {
    const { algorithm, digest } = download.checksum;
    const sum = await context.read.run(`${algorithm}sum <${shellQuote(source)} | cut -d' ' -f1`);
    const arrived = sum.stdout.trim();
    if (arrived !== digest) {
      const words = `The checksum for ${source} did not match ${digest}; it was ${arrived}.`;
      return refuse(words, { ...result, ...pathInfo(state) });
    }
  }
  const missing = missingOwner(dest, wanted, found.known);
  if (missing !== undefined) return refuse(missing.failure.msg, { ...result, path: dest });
  const real = state?.realPath ?? dest;
  const current = state === undefined ? undefined : { ...state, stat: state.target };
  const identity = fileIdentity(wanted.mode, found.known, found.user, current, parent);
  if ("invalidMode" in identity) {
    return refuse("mode must be in octal or symbolic form", { ...result, details: identity.invalidMode, path: dest });
  }
  const changes: Change[] = [];
  const backup =
    differs && args.backup === true && state?.target !== undefined ? backupOf(dest, found.stamp) : undefined;
  const old = current?.stat;
  const sameIdentity = old?.mode === identity.mode && old.uid === identity.uid && old.gid === identity.gid;
  const placing = differs || !sameIdentity ? placingScript(source, real, identity) : "";
  changes.push(runChange(context, `Put ${dest} in place`, (backup?.script ?? "") + placing + cleanUp));
  return {
    changes,
    result: {
      ...result,
      changed: differs || !sameIdentity,
      md5sum: response.md5,
      msg,
      status_code: status,
      ...(backup === undefined ? {} : { backup_file: backup.name }),
      ...identityKeys(identity, response.size),
    },
  };
}

function dispositionName(headers: Readonly<Record<string, string>>): string | undefined {
  const found = /;\s*filename="?([^";]+)"?/i.exec(headers["content-disposition"] ?? "");
  return found?.[1] === undefined ? undefined : basename(found[1]) || undefined;
}
