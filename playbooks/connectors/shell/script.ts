import { isUtf8 } from "node:buffer";
import { Secret } from "#inventory/kernel/secret.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import { requestInvalid } from "../errors.ts";
import type { FrameMarks } from "./frame.ts";

/** What one script needs from the shell that runs it. */
export interface FramedScript {
  readonly script: string;
  readonly environment: Readonly<Record<string, string | Secret>>;
  /** Content of the script's standard input; undefined leaves the shell's own input to it. */
  readonly input: Buffer | undefined;
}

/**
 * Shell text that runs one script in a subshell of the shell that reads it, its output between `marks` on both streams
 * and its status behind the end mark. Only the shell's own words are used, so a script costs one fork. Nothing of it
 * appears in any process's arguments.
 */
export function framedScript(work: FramedScript, marks: FrameMarks): string {
  if (work.script.includes("\0")) throw requestInvalid("A shell script cannot contain NUL bytes");
  const exports = Object.entries(work.environment).map(([name, value]) => exported(name, value));
  const subshell = `( ${exports.join("")}eval ${shellQuote(work.script)} )`;
  return [
    `printf %s '${marks.begin}'; printf %s '${marks.begin}' >&2`,
    work.input === undefined ? subshell : withInput(subshell, work.input),
    `printf '%s%d\\n' '${marks.end}' "$?"; printf '%s0\\n' '${marks.end}' >&2`,
    "",
  ].join("\n");
}

/** Whether a script may leave processes of its own behind that share the shell's session and outputs. */
export function mayLeaveProcesses(script: string): boolean {
  return /(?<![&>|<])&(?![&>])|\b(?:nohup|setsid|start-stop-daemon|daemonize|service)\b|init\.d\//.test(script);
}

function exported(name: string, value: string | Secret): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw requestInvalid(`${name} is not the name of an environment variable`);
  const text = value instanceof Secret ? value.reveal() : value;
  if (text.includes("\0")) throw requestInvalid(`The environment variable ${name} contains a NUL byte`);
  return `export ${name}=${shellQuote(text)}; `;
}

function withInput(subshell: string, input: Buffer): string {
  if (input.length === 0) return `${subshell} </dev/null`;
  if (!input.includes(0) && isUtf8(input)) return `printf %s ${shellQuote(input.toString("utf8"))} | ${subshell}`;
  return `printf %s ${input.toString("base64")} | base64 -d | ${subshell}`;
}
