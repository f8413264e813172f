import type { HttpRequest } from "./http-request.ts";

/** The request as a configuration file of curl (its manual, `--config`). */
export function curlSettings(request: HttpRequest): string {
  const lines = [
    "silent",
    "show-error",
    "globoff",
    "http1.1",
    setting("url", request.url),
    setting("user-agent", request.agent),
    `connect-timeout = ${request.timeoutSeconds}`,
    // A transfer that stands still for so long has failed.
    "speed-limit = 1",
    `speed-time = ${request.timeoutSeconds}`,
  ];
  if (request.method === "HEAD") lines.push("head");
  else if (request.method !== "GET" || request.body !== undefined) {
    // Told the method, curl would keep it for what redirections of a POST make a GET.
    if (request.method !== "POST" || request.body === undefined) lines.push(setting("request", request.method));
  }
  if (request.follows) lines.push("location", "max-redirs = 10");
  if (!request.validatesCertificates) lines.push("insecure");
  if (request.caPath !== undefined) lines.push(setting("cacert", request.caPath));
  if (request.clientCertificate !== undefined) lines.push(setting("cert", request.clientCertificate));
  if (request.clientKey !== undefined) lines.push(setting("key", request.clientKey));
  if (request.user !== undefined) {
    lines.push(setting("user", `${request.user}:${request.password ?? ""}`), request.forcesBasic ? "basic" : "anyauth");
  }
  if (!request.usesProxy) lines.push('noproxy = "*"');
  if (request.usesNetrc) lines.push("netrc-optional");
  if (request.decompresses) lines.push("compressed");
  if (request.ciphers !== undefined) lines.push(setting("ciphers", request.ciphers.join(":")));
  if (request.unixSocket !== undefined) lines.push(setting("unix-socket", request.unixSocket));
  for (const [name, value] of sentHeaders(request)) {
    lines.push(setting("header", value === "" ? `${name};` : `${name}: ${value}`));
  }
  if (!hasHeader(request, "accept")) lines.push('header = "Accept:"');
  if (!hasHeader(request, "expect")) lines.push('header = "Expect:"');
  return `${lines.join("\n")}\n`;
}

/** The same as a configuration file of wget (its manual, "Wgetrc Commands"). */
export function wgetSettings(request: HttpRequest): string {
  const lines = [
    "server_response = on",
    "content_on_error = on",
    "tries = 1",
    `timeout = ${request.timeoutSeconds}`,
    `user_agent = ${request.agent}`,
    `max_redirect = ${request.follows ? 10 : 0}`,
    `check_certificate = ${request.validatesCertificates ? "on" : "off"}`,
    `use_proxy = ${request.usesProxy ? "on" : "off"}`,
    `netrc = ${request.usesNetrc ? "on" : "off"}`,
  ];
  if (request.method !== "GET") lines.push(`method = ${request.method}`);
  if (request.caPath !== undefined) lines.push(`ca_certificate = ${request.caPath}`);
  if (request.clientCertificate !== undefined) lines.push(`certificate = ${request.clientCertificate}`);
  if (request.clientKey !== undefined) lines.push(`private_key = ${request.clientKey}`);
  if (request.user !== undefined) lines.push(`http_user = ${request.user}`);
  if (request.password !== undefined) lines.push(`http_password = ${request.password}`);
  if (request.forcesBasic) lines.push("auth_no_challenge = on");
  for (const [name, value] of sentHeaders(request)) lines.push(`header = ${name}: ${value}`);
  return `${lines.map((line) => line.replace(/[\r\n]+/g, " ")).join("\n")}\n`;
}

function sentHeaders(request: HttpRequest): [string, string][] {
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, value]);
  if (!hasHeader(request, "accept-encoding")) headers.push(["Accept-Encoding", "identity"]);
  if (!hasHeader(request, "connection")) headers.push(["Connection", "close"]);
  if (request.forcesFresh) headers.push(["cache-control", "no-cache"]);
  return headers;
}

function hasHeader(request: HttpRequest, name: string): boolean {
  return Object.keys(request.headers).some((header) => header.toLowerCase() === name);
}

function setting(name: string, value: string): string {
  const quoted = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `${name} = "${quoted}"`;
}
