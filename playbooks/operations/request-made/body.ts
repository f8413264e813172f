import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { OperationContext } from "../operation.ts";
import { pythonJson, pythonText } from "../python-text.ts";

/** What is sent, and the content type it comes with unless the task gives one. */
export interface RequestBody {
  readonly content: Buffer;
  readonly type: string | undefined;
  /** The type holds a boundary and replaces what the task gives. */
  readonly isOwnType?: boolean;
}

/** The body of a request in the format the task asks for. Throws a plain Error that says what is wrong with it. */
export async function bodyOf(
  body: unknown,
  format: string,
  fromHost: boolean,
  context: OperationContext,
): Promise<RequestBody | undefined> {
  if (format === "json") {
    const text = typeof body === "string" ? body : pythonJson(body);
    return { content: Buffer.from(text), type: "application/json" };
  }
  if (format === "form-urlencoded") {
    const text = typeof body === "string" ? body : formEncoded(body);
    return { content: Buffer.from(text), type: "application/x-www-form-urlencoded" };
  }
  if (format === "form-multipart") return multipart(body, fromHost, context);
  if (body === null || body === undefined) return undefined;
  return { content: Buffer.from(pythonText(body)), type: undefined };
}

/** A dict, or a list of pairs, as a form is sent; a list of values repeats its name. */
export function formEncoded(body: unknown): string {
  const pairs = Array.isArray(body) ? (body as unknown[]) : isRecord(body) ? Object.entries(body) : undefined;
  if (pairs === undefined) return "";
  const fields: string[] = [];
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new Error("too many values to unpack (expected 2)");
    const [name, given] = pair as [unknown, unknown];
    const values = Array.isArray(given) ? (given as unknown[]) : isRecord(given) ? Object.keys(given) : [given];
    for (const value of values) {
      if (value !== null && value !== undefined) fields.push(`${quotedPlus(name)}=${quotedPlus(value)}`);
    }
  }
  return fields.join("&");
}

/** As Python's `quote_plus`. */
function quotedPlus(value: unknown): string {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(pythonText(value))
    .replace(/[!'()*]/g, percent)
    .replaceAll("%20", "+");
}

async function multipart(body: unknown, fromHost: boolean, context: OperationContext): Promise<RequestBody> {
  if (!isRecord(body)) throw new Error("body must be mapping, cannot be type str");
  const boundary = `===============${randomUUID().replaceAll("-", "")}==`;
  const parts: Buffer[] = [];
  for (const [name, field] of Object.entries(body).sort(([left], [right]) => (left < right ? -1 : 1))) {
    parts.push(
      Buffer.from(`--${boundary}\r\n`),
      await multipartField(name, field, fromHost, context),
      Buffer.from("\r\n"),
    );
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { content: Buffer.concat(parts), type: `multipart/form-data; boundary="${boundary}"`, isOwnType: true };
}

async function multipartField(
  name: string,
  field: unknown,
  fromHost: boolean,
  context: OperationContext,
): Promise<Buffer> {
  const text = (type: string, file: string, content: string | Buffer, encoding = "") =>
    Buffer.concat([
      Buffer.from(`${encoding}Content-Type: ${type}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(content),
    ]);
  if (typeof field === "string") return text("text/plain", "", field);
  if (!isRecord(field)) throw new Error("value must be a string, or mapping, cannot be type list");
  const given = (key: string) => (typeof field[key] === "string" && field[key] !== "" ? field[key] : undefined);
  const [file, content, encoding = "base64"] = [given("filename"), given("content"), given("multipart_encoding")];
  if (file === undefined && content === undefined) {
    throw new Error("at least one of filename or content must be provided");
  }
  const type = given("mime_type") ?? guessedType(file);
  const shown = file === undefined ? "" : `; filename="${basename(file)}"`;
  if (content !== undefined) return text(type, shown, content);
  const bytes = await fileContent(file ?? "", fromHost, context);
  if (encoding === "7or8bit") {
    const bits = bytes.some((byte) => byte > 127) ? "8bit" : "7bit";
    return text(type, shown, bytes, `Content-Transfer-Encoding: ${bits}\r\n`);
  }
  if (encoding !== "base64") {
    throw new Error(`multipart_encoding must be one of ['base64', '7or8bit'].`);
  }
  const lines = bytes.toString("base64").replace(/.{76}/g, "$&\r\n");
  return text(type, shown, lines, "Content-Transfer-Encoding: base64\r\n");
}

async function fileContent(name: string, fromHost: boolean, context: OperationContext): Promise<Buffer> {
  if (!fromHost) return readFile(await context.localPath(name, "files"));
  const content = await context.read.readFile(name);
  if (content === undefined) throw new Error(`[Errno 2] No such file or directory: b'${name}'`);
  return content;
}

/** Types of the endings that forms carry most; the rest is bytes. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  csv: "text/csv",
  gif: "image/gif",
  gz: "application/octet-stream",
  html: "text/html",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
  sh: "application/x-sh",
  tar: "application/x-tar",
  txt: "text/plain",
  xml: "text/xml",
  zip: "application/zip",
};

function guessedType(name: string | undefined): string {
  const ending = /\.([a-z0-9]+)$/i.exec(name ?? "")?.[1] ?? "";
  return TYPES[ending.toLowerCase()] ?? "application/octet-stream";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
