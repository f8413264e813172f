import { pythonTypeName } from "../argument-types.ts";
import { fileNamePattern } from "../file-name-pattern.ts";
import { modeBits, parseMode } from "../mode.ts";
import type { OperationPlan } from "../operation.ts";
import { failing } from "../plan.ts";
import { pythonPattern } from "../python-pattern.ts";
import type { FoundPath } from "./walk.ts";

/** What a path must be like to be found; what is undefined does not matter. */
export interface FindCriteria {
  readonly patterns: readonly RegExp[];
  readonly excludes: readonly RegExp[];
  readonly fileType: "any" | "directory" | "file" | "link";
  readonly age: number | undefined;
  readonly stamp: "atime" | "ctime" | "mtime";
  readonly now: number;
  readonly size: number | undefined;
  readonly mode: { readonly bits: number; readonly exact: boolean } | undefined;
  readonly hidden: boolean;
  readonly recurse: boolean;
  readonly follow: boolean;
  readonly depth: number | undefined;
  readonly limit: number | undefined;
  readonly contains: RegExp | undefined;
  readonly wholeFile: boolean;
  readonly encoding: string;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const BYTES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

export function criteriaOf(args: Readonly<Record<string, unknown>>): FindCriteria | OperationPlan {
  if (args.mode !== null && args.mode !== "" && args.mode !== 0 && typeof args.mode !== "string") {
    const type = pythonTypeName(args.mode);
    return failing(`argument 'mode' is not a string and conversion is not allowed, value is of type ${type}`);
  }
  const age = amount(args.age, SECONDS);
  if (age === null) return failing("failed to process age", { age: args.age });
  const size = amount(args.size, BYTES);
  if (size === null) return failing("failed to process size", { size: args.size });
  const limit = typeof args.limit === "number" ? args.limit : undefined;
  if (limit !== undefined && limit <= 0) return failing(`limit cannot be ${limit} (use None for unlimited)`);
  const mode = parseMode(args.mode === "" ? null : args.mode);
  if (mode?.kind === "invalid") return failing(mode.details);
  try {
    const pattern = (text: string) => (args.use_regex === true ? pythonPattern(text, {}, "y") : fileNamePattern(text));
    const given = args.patterns as string[];
    return {
      patterns: (given.length === 0 ? [args.use_regex === true ? ".*" : "*"] : given).map(pattern),
      excludes: ((args.excludes as string[] | null) ?? []).map(pattern),
      fileType: args.file_type as FindCriteria["fileType"],
      age,
      stamp: args.age_stamp as FindCriteria["stamp"],
      now: Date.now() / 1000,
      size,
      mode:
        mode === undefined
          ? undefined
          : { bits: modeBits(mode, { mode: 0, directory: false, umask: 0o22 }), exact: args.exact_mode === true },
      hidden: args.hidden === true,
      recurse: args.recurse === true,
      follow: args.follow === true,
      depth: typeof args.depth === "number" && args.depth !== 0 ? args.depth : undefined,
      limit,
      contains:
        typeof args.contains === "string"
          ? pythonPattern(args.contains, {}, args.read_whole_file === true ? "" : "y")
          : undefined,
      wholeFile: args.read_whole_file === true,
      encoding: typeof args.encoding === "string" ? args.encoding : "utf-8",
    };
  } catch (error) {
    return failing(error instanceof Error ? error.message : String(error));
  }
}

/** Whether a path meets all criteria but that of its content. */
export function isWanted(path: FoundPath, criteria: FindCriteria): boolean {
  const { fileType, age, size, mode } = criteria;
  if (path.name.startsWith(".") && !criteria.hidden) return false;
  if (fileType !== "any" && path.kind !== { directory: "d", file: "f", link: "l" }[fileType]) return false;
  const matches = (pattern: RegExp) => {
    pattern.lastIndex = 0;
    return pattern.test(path.name);
  };
  if (!criteria.patterns.some(matches) || criteria.excludes.some(matches)) return false;
  if (age !== undefined && !reaches(criteria.now - Number(path.stat[criteria.stamp]), age)) return false;
  if (size !== undefined && path.kind === "f" && !reaches(Number(path.stat.size), size)) return false;
  if (mode === undefined) return true;
  return mode.exact ? path.mode === mode.bits : (path.mode & mode.bits) !== 0;
}

function reaches(value: number, bound: number): boolean {
  return bound >= 0 ? value >= bound : value <= -bound;
}

/** A number with a unit; undefined when not given, null when it is none. */
function amount(text: unknown, units: Readonly<Record<string, number>>): number | undefined | null {
  if (typeof text !== "string") return undefined;
  const match = /^(-?\d+)([a-z])?$/.exec(text.toLowerCase());
  const unit = match?.[2] === undefined ? 1 : units[match[2]];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}
