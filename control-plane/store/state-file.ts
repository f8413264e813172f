import { createHash } from "node:crypto";
import { messageOf } from "#inventory/kernel/errors.ts";

/**
 * A stored copy: one line of header `{"format","version","sequence","sha256"}`, then the state as JSON. The checksum
 * covers version, sequence and body, so a torn or altered file is told from a good one.
 */
const FORMAT = "bdap-control-plane-state";
const NAME = /^state-(\d{12})\.json$/;

export interface DecodedState {
  readonly version: number;
  readonly sequence: number;
  /** Not yet validated. */
  readonly body: unknown;
}

export function stateFileName(sequence: number): string {
  return `state-${String(sequence).padStart(12, "0")}.json`;
}

/** The sequence number in a state file's name, or undefined for other files. */
export function sequenceOf(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function encodeState(version: number, sequence: number, state: unknown): Buffer {
  const body = JSON.stringify(state);
  const header = { format: FORMAT, version, sequence, sha256: checksum(version, sequence, body) };
  return Buffer.from(`${JSON.stringify(header)}\n${body}\n`, "utf8");
}

/** What a state file holds, or why it cannot be trusted, in words. */
export function decodeState(content: Buffer): DecodedState | string {
  const text = content.toString("utf8");
  const end = text.indexOf("\n");
  if (text.length === 0) return "the file is empty";
  if (end < 0) return "the header is cut off";
  try {
    const header: unknown = JSON.parse(text.slice(0, end));
    if (!isHeader(header)) return "the header is not one of ours";
    const body = text.slice(end + 1, -1);
    if (checksum(header.version, header.sequence, body) !== header.sha256) return "the checksum does not match";
    return { version: header.version, sequence: header.sequence, body: JSON.parse(body) };
  } catch (error) {
    return `it is not readable: ${messageOf(error)}`;
  }
}

interface Header {
  readonly version: number;
  readonly sequence: number;
  readonly sha256: string;
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== "object" || value === null) return false;
  const header = value as Record<string, unknown>;
  return (
    header["format"] === FORMAT &&
    Number.isSafeInteger(header["version"]) &&
    Number.isSafeInteger(header["sequence"]) &&
    typeof header["sha256"] === "string"
  );
}

function checksum(version: number, sequence: number, body: string): string {
  return createHash("sha256").update(`${version}\n${sequence}\n${body}`).digest("hex");
}
