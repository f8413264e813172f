import { basename } from "node:path";
import { shellQuote } from "#inventory/kernel/shell.ts";
import { fileIdentity, identityKeys, parentOf, readDestination } from "../file-copied/destination.ts";
import { placingScript } from "../file-copied/placing.ts";
import type { HttpResponse } from "../http-exchange.ts";
import { type HttpRequest, maskedUrl } from "../http-request.ts";
import type { OperationContext, OperationPlan } from "../operation.ts";
import { missingOwner, type WantedOwnership } from "../ownership.ts";
import { type PathState, pathInfo } from "../path-state.ts";
import { failing, runChange } from "../plan.ts";

/** A request as planned. */
export interface MadeRequest {
  readonly args: Readonly<Record<string, unknown>>;
  readonly request: HttpRequest;
  readonly successes: readonly number[];
  readonly dest: string | undefined;
  /** What lies there before. */
  readonly state: PathState | undefined;
  readonly wanted: WantedOwnership;
}

/** The result an answer gives, and the file it is kept in where the task names one. */
export async function planAnswer(
  made: MadeRequest,
  response: HttpResponse | string,
  milliseconds: number,
  context: OperationContext,
): Promise<OperationPlan> {
  if (typeof response === "string") return failing(response);
  const { args, request, successes } = made;
  const masked = maskedUrl(request.url);
  const status = response.status ?? 200;
  const isSuccess = successes.includes(status);
  const url = maskedUrl(response.url);
  const result: Record<string, unknown> = { redirected: url !== masked };
  for (const [name, value] of Object.entries(response.headers)) result[name.replaceAll("-", "_").toLowerCase()] = value;
  if (status >= 200 && status < 300) {
    result.cookies = Object.fromEntries(response.cookies);
    result.cookies_string = response.cookies.map(([name, value]) => `${name}=${value}`).join("; ");
  }
  Object.assign(result, { url, status, msg: response.msg, elapsed: Math.floor(milliseconds / 1000), changed: false });
  if (typeof result.location === "string") result.location = joinedUrl(masked, result.location);
  const type = contentTypeOf(response.headers["content-type"]);
  const text = response.content === undefined ? undefined : decoded(response.content, type.charset);
  if (text !== undefined && type.isJson) {
    try {
      result.json = JSON.parse(text);
    } catch {
      // Not JSON after all: the original says nothing of it either.
    }
  }
  const content = args.return_content === true ? { content: text ?? null } : {};
  if (!isSuccess) {
    const shown = `[${successes.join(", ")}]`;
    const where = made.dest === undefined || status === -1 ? {} : { path: made.dest, ...pathInfo(made.state) };
    const msg = `Status code was ${status} and not ${shown}: ${response.msg}`;
    return failing(msg, { ...content, ...result, ...where });
  }
  // The original forgets about the body it has read already where an error is a success.
  if (status >= 300 && args.return_content !== true && !type.isJson) result.body = text ?? "";
  if (made.dest === undefined) return { changes: [], result: { ...content, ...result } };
  return planKeeping(made, response, { ...content, ...result }, context);
}

async function planKeeping(
  made: MadeRequest,
  response: HttpResponse,
  result: Readonly<Record<string, unknown>>,
  context: OperationContext,
): Promise<OperationPlan> {
  const { wanted } = made;
  const name = made.state?.target?.kind === "directory" ? fileNameOf(response) : undefined;
  const path = name === undefined ? (made.dest ?? "") : `${(made.dest ?? "").replace(/\/+$/, "")}/${name}`;
  const whole = { ...result, path };
  const cleanUp = response.folder === undefined ? "" : `rm -rf ${shellQuote(response.folder)}\n`;
  const found = await readDestination(
    new Map([
      ["dest", path],
      ["parent", parentOf(path)],
    ]),
    wanted,
    context,
  );
  const refuse = (msg: string, extra: Readonly<Record<string, unknown>> = {}): OperationPlan => ({
    ...failing(msg, { ...whole, ...extra }),
    changes: cleanUp === "" ? [] : [runChange(context, "Remove the answer", cleanUp)],
  });
  if (typeof found === "string") return refuse(found);
  const state = found.paths.get("dest");
  if (response.status === 304 || response.folder === undefined) {
    return { changes: [], result: { ...whole, ...pathInfo(state) } };
  }
  if (found.paths.get("parent")?.target === undefined)
    return refuse(`failed to copy the answer to ${path}: no such folder`);
  const missing = missingOwner(path, wanted, found.known);
  if (missing !== undefined) return refuse(missing.failure.msg);
  const current = state === undefined ? undefined : { ...state, stat: state.target };
  const identity = fileIdentity(wanted.mode, found.known, found.user, current, found.paths.get("parent"));
  if ("invalidMode" in identity) {
    return refuse("mode must be in octal or symbolic form", { details: identity.invalidMode });
  }
  const script = placingScript(`${response.folder}/body`, state?.realPath ?? path, identity) + cleanUp;
  return {
    changes: [runChange(context, `Keep the answer in ${path}`, script)],
    result: { ...whole, changed: true, ...identityKeys(identity, response.size) },
  };
}

function fileNameOf(response: HttpResponse): string {
  const given = /;\s*filename="?([^";]+)"?/i.exec(response.headers["content-disposition"] ?? "")?.[1];
  if (given !== undefined && basename(given) !== "") return basename(given);
  const path = new URL(response.url).pathname.replace(/\/+$/, "");
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)) || "index.html";
}

function contentTypeOf(header: string | undefined): { readonly isJson: boolean; readonly charset: string } {
  const [type = ""] = (header ?? "").split(/[;,]/);
  const sub = type.trim().split("/")[1] ?? "";
  const word = sub.slice(sub.lastIndexOf("+") + 1).toLowerCase();
  const charset = /charset="?([^";,\s]+)/i.exec(header ?? "")?.[1] ?? "utf-8";
  return { isJson: word === "json" || word === "javascript", charset };
}

function decoded(content: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(content);
  } catch {
    return content.toString("utf8");
  }
}

function joinedUrl(base: string, location: string): string {
  try {
    return new URL(location, base).href;
  } catch {
    return location;
  }
}
