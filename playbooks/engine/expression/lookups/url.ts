import { spawnSync } from "node:child_process";
import { ExpressionError } from "../errors.ts";
import { toBool } from "../filters/numbers.ts";
import { textArgument } from "../methods.ts";
import { dictEntries, isDict, numeric, pythonString } from "../values.ts";
import type { Lookup } from "./lookup.ts";

/** Fetches in a process of its own, for lookups are worked out while nothing else is; prints status and body as JSON. */
const FETCH = `
const { url, init, seconds } = JSON.parse(process.argv[1]);
fetch(url, { ...init, signal: AbortSignal.timeout(seconds * 1000) })
  .then(async (answer) => console.log(JSON.stringify({ status: answer.status, text: await answer.text() })))
  .catch((error) => console.log(JSON.stringify({ problem: String(error.cause?.message ?? error.message) })));
`;

/** `url`: what a web address answers, in lines unless `split_lines` says no. */
export const url: Lookup = (terms, options, context) =>
  terms.flatMap((term) => {
    const address = textArgument(term);
    const text = fetched(address, options, context.templar.options.environment);
    return toBool(options.get("split_lines") ?? true) ? text.replace(/\n$/, "").split(/\r?\n/) : [text];
  });

function fetched(
  address: string,
  options: ReadonlyMap<string, unknown>,
  environment: Readonly<Record<string, string | undefined>> | undefined,
): string {
  const headers: Record<string, string> = {
    "User-Agent": pythonString(options.get("http_agent") ?? "ansible-httpget"),
  };
  const given = options.get("headers");
  if (isDict(given)) for (const [name, value] of dictEntries(given)) headers[pythonString(name)] = pythonString(value);
  const user = options.get("username");
  if (user !== undefined && user !== null) {
    const pair = `${pythonString(user)}:${pythonString(options.get("password") ?? "")}`;
    headers["Authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  const seconds = numeric(options.get("timeout") ?? 10) ?? 10;
  const environmentOfFetch: Record<string, string | undefined> = { ...environment };
  if (!toBool(options.get("validate_certs") ?? true)) environmentOfFetch["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  const request = JSON.stringify({ url: address, init: { headers }, seconds });
  const done = spawnSync(process.execPath, ["--eval", FETCH, request], {
    env: environmentOfFetch as NodeJS.ProcessEnv,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const answer = JSON.parse(done.stdout.toString("utf8") || '{"problem":"no answer"}') as {
    readonly status?: number;
    readonly text?: string;
    readonly problem?: string;
  };
  if (answer.problem !== undefined) throw new ExpressionError(`Failed lookup url for ${address} : ${answer.problem}`);
  if ((answer.status ?? 0) >= 400)
    throw new ExpressionError(`Received HTTP error for ${address} : HTTP Error ${answer.status}`);
  return answer.text ?? "";
}
