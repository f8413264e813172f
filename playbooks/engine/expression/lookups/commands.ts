import { spawnSync } from "node:child_process";
import { ExpressionError } from "../errors.ts";
import type { PluginContext } from "../filters/plugin.ts";
import { textArgument } from "../methods.ts";
import { strip } from "../text-transformations.ts";
import type { Lookup } from "./lookup.ts";

const MAX_OUTPUT = 64 * 1024 * 1024;

/** `pipe`: what a shell command writes. */
export const pipe: Lookup = (terms, _options, context) =>
  terms.map((term) => strip(output("pipe", textArgument(term), context), null, false, true));

/** `lines`: the lines a shell command writes. */
export const lines: Lookup = (terms, _options, context) =>
  terms.flatMap((term) => {
    const text = output("lines", textArgument(term), context).replace(/\n$/, "");
    return text === "" ? [] : text.split("\n").map((line) => line.trimEnd());
  });

function output(lookup: string, command: string, context: PluginContext): string {
  const { environment, playbookFolder } = context.templar.options;
  const done = spawnSync("/bin/sh", ["-c", command], {
    ...(environment === undefined ? {} : { env: environment as NodeJS.ProcessEnv }),
    ...(playbookFolder === undefined ? {} : { cwd: playbookFolder }),
    maxBuffer: MAX_OUTPUT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (done.error !== undefined)
    throw new ExpressionError(`lookup_plugin.${lookup}(${command}): ${done.error.message}`, { cause: done.error });
  if (done.status !== 0)
    throw new ExpressionError(`lookup_plugin.${lookup}(${command}) returned ${done.status ?? done.signal}`);
  return done.stdout.toString("utf8");
}
