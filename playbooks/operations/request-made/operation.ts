import { readDestination } from "../file-copied/destination.ts";
import { exchange, readExchange } from "../http-exchange.ts";
import { type HttpRequest, REQUEST_ARGUMENTS, requestOf } from "../http-request.ts";
import type { Operation, OperationContext, OperationPlan } from "../operation.ts";
import { OWNERSHIP_ARGUMENTS, unsupportedOwnership, wantedOwnership } from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing } from "../plan.ts";
import { type MadeRequest, planAnswer } from "./answer.ts";
import { bodyOf } from "./body.ts";

/** A web service is asked something, by the host. */
export const requestMade: Operation = {
  name: "request-made",
  title: "Make an HTTP request from the host",
  modules: ["ansible.builtin.uri"],
  arguments: {
    ...REQUEST_ARGUMENTS,
    dest: { type: "path", description: "File or folder of the host for the answer." },
    url_username: { type: "str", aliases: ["user"], description: "User name for the server." },
    url_password: { type: "str", aliases: ["password"], secret: true, description: "Password for the server." },
    body: { type: "raw", description: "What to send." },
    body_format: {
      type: "str",
      default: "raw",
      choices: ["form-urlencoded", "json", "raw", "form-multipart"],
      description: "How the body is written.",
    },
    src: { type: "path", description: "File to send: on the controller, or on the host with remote_src." },
    remote_src: { type: "bool", default: false, description: "Files to send lie on the host." },
    method: { type: "str", default: "GET", description: "HTTP method." },
    return_content: { type: "bool", default: false, description: "Give the content in the result." },
    follow_redirects: {
      type: "str",
      default: "safe",
      choices: ["all", "no", "none", "safe", "urllib2", "yes"],
      description: "Which redirections to follow: all, none, or those of GET and HEAD (safe).",
    },
    creates: { type: "path", description: "Path: when it exists, nothing is asked." },
    removes: { type: "path", description: "Path: when it does not exist, nothing is asked." },
    status_code: { type: "list", elements: "int", default: [200], description: "Answers that are a success." },
    timeout: { type: "int", default: 30, description: "Longest silence in seconds." },
    headers: { type: "dict", default: {}, description: "Headers of the request." },
    unix_socket: { type: "path", description: "Socket on the host to speak through." },
    ca_path: { type: "path", description: "Trusted certificates on the host, PEM." },
    force: { type: "bool", default: false, description: "Ask for a fresh copy." },
    ...OWNERSHIP_ARGUMENTS,
  },
  rules: { mutuallyExclusive: [["body", "src"]] },
  checkMode: "full",
  isIdempotent: false,
  async plan(raw, context) {
    if (context.checkMode) {
      return { changes: [], result: { skipped: true, msg: "This action (uri) does not support check mode." } };
    }
    const unsupported = unsupportedOwnership(raw);
    if (unsupported !== undefined) return failing(unsupported);
    if (raw.use_gssapi === true) return failing("use_gssapi is not supported by the native module");
    const args = await expandPaths(raw, requestMade.arguments, context.read);
    const method = String(args.method).toUpperCase();
    if (!/^[A-Z]+$/.test(method)) {
      return failing("Parameter 'method' needs to be a single word in uppercase, like GET or POST.");
    }
    const made = await madeRequest(args, method, context);
    if ("changes" in made) return made;
    const skip = await reasonToSkip(args, context);
    if (skip !== undefined) return { changes: [], result: { stdout: skip, changed: false } };
    const { request, successes } = made;
    const shows = args.return_content === true ? "always" : "errors-and-json";
    const hasDest = typeof args.dest === "string" && args.dest !== "";
    const { script, stdin } = exchange(request, { keepsBody: hasDest, shows, successes });
    return {
      changes: [
        { kind: "run", title: `Ask ${request.url}`, command: { script, stdin, environment: context.environment } },
      ],
      result: { changed: false },
      next: async (outcomes) => {
        const outcome = outcomes[0];
        const response = readExchange(outcome?.stdout ?? "", request);
        return planAnswer(made, response, outcome?.durationMilliseconds ?? 0, context);
      },
    };
  },
};

async function madeRequest(
  args: Readonly<Record<string, unknown>>,
  method: string,
  context: OperationContext,
): Promise<MadeRequest | OperationPlan> {
  const headers: Record<string, string> = Object.fromEntries(
    Object.entries(args.headers as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
  );
  const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  let body: HttpRequest["body"];
  try {
    if (typeof args.src === "string" && args.src !== "") {
      if (args.remote_src === true) {
        body = { path: args.src };
        const there = await context.read.readFile(args.src);
        if (there === undefined) return failing(`Unable to open source file ${args.src}`, { elapsed: 0 });
      } else body = await context.readLocal(await context.localPath(args.src, "files"));
    } else {
      const made = await bodyOf(args.body, String(args.body_format), args.remote_src === true, context);
      body = made?.content;
      if (made?.type !== undefined && (!isTyped || made.isOwnType === true)) headers["Content-Type"] = made.type;
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return failing(`failed to parse body as ${String(args.body_format).replaceAll("-urlen", "_urlen")}: ${words}`);
  }
  const mode = String(args.follow_redirects);
  const follows =
    mode === "all" || mode === "yes" || ((mode === "safe" || mode === "urllib2") && /^(GET|HEAD)$/.test(method));
  const dest = typeof args.dest === "string" && args.dest !== "" ? args.dest : undefined;
  const wanted = wantedOwnership(args);
  const found = dest === undefined ? undefined : await readDestination(new Map([["dest", dest]]), wanted, context);
  if (typeof found === "string") return failing(found);
  const state = found?.paths.get("dest");
  const isFile = state?.target !== undefined && state.target.kind !== "directory";
  const request = requestOf(args, {
    method,
    headers,
    follows,
    ...(body === undefined ? {} : { body }),
    ...(isFile && dest !== undefined && args.force !== true ? { newerThan: dest } : {}),
  });
  return {
    args,
    request,
    successes: args.status_code as number[],
    dest,
    state,
    wanted,
  };
}

async function reasonToSkip(
  args: Readonly<Record<string, unknown>>,
  context: OperationContext,
): Promise<string | undefined> {
  for (const name of ["creates", "removes"] as const) {
    const path = args[name];
    if (typeof path !== "string") continue;
    const found = await readDestination(new Map([["at", path]]), wantedOwnership({}), context);
    const isThere = typeof found !== "string" && found.paths.get("at")?.target !== undefined;
    if (name === "creates" && isThere) return `skipped, since '${path}' exists`;
    if (name === "removes" && !isThere) return `skipped, since '${path}' does not exist`;
  }
  return undefined;
}
