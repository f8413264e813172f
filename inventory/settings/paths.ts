import { isAbsolute, join, normalize } from "node:path";

/** What a process stands in; main.ts files read it and hand it on. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly homeFolder: string;
}

/** `path` with `~` and `$NAME` filled in, made absolute from `base` (the working folder), dots taken out, links kept. */
export function expandPath(path: string, around: Surroundings, base = around.workingFolder): string {
  const home = path === "~" || path.startsWith("~/") ? around.homeFolder + path.slice(1) : path;
  const filled = home.replace(
    /\$(?:(\w+)|\{([^}]*)\})/g,
    (whole, bare: string | undefined, braced: string | undefined) => around.environment[bare ?? braced ?? ""] ?? whole,
  );
  const full = normalize(isAbsolute(filled) ? filled : join(base, filled));
  return full.length > 1 ? full.replace(/\/$/, "") : full;
}
