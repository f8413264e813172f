import type { Argument } from "./operation.ts";

/** One request as a host shall make it. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it is; `path` is a file on the host. */
  readonly body?: Buffer | { readonly path: string };
  /** Longest silence in seconds. */
  readonly timeoutSeconds: number;
  readonly follows: boolean;
  readonly validatesCertificates: boolean;
  readonly caPath?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly user?: string;
  readonly password?: string;
  /** Send user and password before they are asked for. */
  readonly forcesBasic: boolean;
  readonly usesProxy: boolean;
  readonly usesNetrc: boolean;
  readonly decompresses: boolean;
  readonly agent: string;
  readonly ciphers?: readonly string[];
  readonly unixSocket?: string;
  /** Ask caches for a fresh copy. */
  readonly forcesFresh: boolean;
  /** A file on the host: nothing is sent back unless the resource is newer. */
  readonly newerThan?: string;
}

/** Arguments that all modules which make requests share. */
export const REQUEST_ARGUMENTS: Readonly<Record<string, Argument>> = {
  url: { type: "str", required: true, description: "Address: http, https, ftp or file." },
  url_password: { type: "str", secret: true, description: "Password for the server." },
  force_basic_auth: { type: "bool", default: false, description: "Send user and password without being asked." },
  http_agent: { type: "str", default: "ansible-httpget", description: "Name given as User-Agent." },
  validate_certs: { type: "bool", default: true, description: "Refuse certificates that are not trusted." },
  client_cert: { type: "path", description: "Client certificate on the host, PEM." },
  client_key: { type: "path", description: "Its key on the host, PEM." },
  use_proxy: { type: "bool", default: true, description: "Heed the proxies of the environment." },
  use_netrc: { type: "bool", default: true, description: "Look for a password in ~/.netrc." },
  use_gssapi: { type: "bool", default: false, description: "Authenticate by Kerberos; refused." },
  unredirected_headers: {
    type: "list",
    elements: "str",
    default: [],
    description: "Headers not to send on after a redirection; those of other hosts never get passwords.",
  },
  decompress: { type: "bool", default: true, description: "Unpack compressed responses." },
  ciphers: { type: "list", elements: "str", description: "TLS ciphers, as OpenSSL names them." },
};

/** The request that arguments of {@link REQUEST_ARGUMENTS} describe. */
export function requestOf(
  args: Readonly<Record<string, unknown>>,
  own: Pick<HttpRequest, "method" | "headers" | "follows"> & Partial<HttpRequest>,
): HttpRequest {
  const text = (key: keyof HttpRequest, value: unknown) =>
    typeof value === "string" && value !== "" ? { [key]: value } : {};
  return {
    url: String(args.url),
    timeoutSeconds: Number(args.timeout),
    validatesCertificates: args.validate_certs === true,
    ...text("clientCertificate", args.client_cert),
    ...text("clientKey", args.client_key),
    ...text("user", args.url_username),
    ...text("password", args.url_password),
    ...text("caPath", args.ca_path),
    ...text("unixSocket", args.unix_socket),
    forcesBasic: args.force_basic_auth === true,
    usesProxy: args.use_proxy === true,
    usesNetrc: args.use_netrc === true,
    decompresses: args.decompress === true,
    agent: String(args.http_agent),
    ...(Array.isArray(args.ciphers) ? { ciphers: args.ciphers.map(String) } : {}),
    forcesFresh: args.force === true,
    ...own,
  };
}

/** An address that may be shown: user and password are stars. */
export function maskedUrl(url: string): string {
  return url.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]*)@/i,
    (_whole, scheme: string, login: string) => `${scheme}${login.includes(":") ? "****:****" : "****"}@`,
  );
}
