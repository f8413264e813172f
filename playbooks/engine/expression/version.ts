import { ExpressionError } from "./errors.ts";

/** Whether `left operator right` holds between versions; `kind` is Ansible's `version_type`. */
export function compareVersions(left: string, right: string, operator: string, kind: string): boolean {
  if (left === "") throw new ExpressionError("Input version value cannot be empty");
  if (right === "") throw new ExpressionError("Version parameter to compare against cannot be empty");
  const difference = ORDERS[kind]?.(left, right);
  if (difference === undefined)
    throw new ExpressionError(`Invalid version type (${kind}). Must be one of loose, pep440, semantic, semver, strict`);
  switch (operator) {
    case "==":
    case "=":
    case "eq":
      return difference === 0;
    case "<":
    case "lt":
      return difference < 0;
    case "<=":
    case "le":
      return difference <= 0;
    case ">":
    case "gt":
      return difference > 0;
    case ">=":
    case "ge":
      return difference >= 0;
    case "!=":
    case "<>":
    case "ne":
      return difference !== 0;
    default:
      throw new ExpressionError(
        `Invalid operator type (${operator}). Must be one of ==, =, eq, <, lt, <=, le, >, gt, >=, ge, !=, <>, ne`,
      );
  }
}

const ORDERS: Readonly<Record<string, (left: string, right: string) => number>> = {
  loose: (left, right) => compareParts(looseParts(left), looseParts(right)),
  strict: (left, right) => compareParts(strictParts(left), strictParts(right)),
  semver: compareSemantic,
  semantic: compareSemantic,
  pep440: (left, right) => comparePython(left, right),
};

function looseParts(text: string): (string | number)[] {
  return (text.match(/\d+|[a-z]+|\.|[^\da-z.]+/g) ?? [])
    .filter((part) => part !== ".")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function strictParts(text: string): (string | number)[] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(text);
  if (match === null) throw new ExpressionError(`invalid version number '${text}'`);
  const [, major, minor, patch, letter, number] = match;
  return [Number(major), Number(minor), Number(patch ?? 0), letter ?? "z", Number(number ?? 0)];
}

function compareParts(left: readonly (string | number)[], right: readonly (string | number)[]): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [a, b] = [left[at], right[at]];
    if (a === b || a === undefined || b === undefined) continue;
    if (typeof a !== typeof b)
      throw new ExpressionError(
        `'<' not supported between instances of '${typeof a === "number" ? "int" : "str"}' and '${typeof b === "number" ? "int" : "str"}'`,
      );
    return a < b ? -1 : 1;
  }
  return left.length - right.length;
}

function compareSemantic(left: string, right: string): number {
  const read = (text: string) => {
    const match = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
    if (match === null) throw new ExpressionError(`invalid semantic version '${text}'`);
    return { numbers: match.slice(1, 4).map(Number), label: match[4] };
  };
  const [a, b] = [read(left), read(right)];
  const core = compareParts(a.numbers, b.numbers);
  if (core !== 0 || a.label === b.label) return core;
  if (a.label === undefined) return 1;
  if (b.label === undefined) return -1;
  const [x, y] = [a.label.split("."), b.label.split(".")];
  for (let at = 0; at < Math.min(x.length, y.length); at++) {
    const [p = "", q = ""] = [x[at], y[at]];
    if (p === q) continue;
    const [isP, isQ] = [/^\d+$/.test(p), /^\d+$/.test(q)];
    if (isP && isQ) return Number(p) - Number(q);
    if (isP !== isQ) return isP ? -1 : 1;
    return p < q ? -1 : 1;
  }
  return x.length - y.length;
}

/** Numbers of a local version are above its words. */
function localPart(text: string): string {
  return /^\d+$/.test(text) ? `1${text.padStart(20, "0")}` : `0${text.toLowerCase()}`;
}

function comparePython(left: string, right: string): number {
  const read = (text: string) => {
    const match =
      /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|alpha|b|beta|rc|c|pre|preview)[-_.]?(\d*))?(?:[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+([\w.]+))?$/i.exec(
        text,
      );
    if (match === null) throw new ExpressionError(`Invalid version: '${text}'`);
    const [, epoch, release = "", stage, stageNumber, post, postNumber] = match;
    const isDevelopment = /dev/i.test(text);
    const phase =
      stage === undefined
        ? isDevelopment && post === undefined
          ? -1
          : 3
        : ({ a: 0, b: 1 }[stage.toLowerCase()[0] ?? ""] ?? 2);
    return {
      epoch: Number(epoch ?? 0),
      release: release.split(".").map(Number),
      rest: [
        phase,
        Number(stageNumber || 0),
        post === undefined ? -1 : Number(postNumber || 0),
        isDevelopment ? Number(match[7] || 0) : Number.MAX_SAFE_INTEGER,
        ...(match[8] === undefined ? [] : [1, ...match[8].split(/[._-]/).map(localPart)]),
      ],
    };
  };
  const [a, b] = [read(left), read(right)];
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  for (let at = 0; at < Math.max(a.release.length, b.release.length); at++) {
    const difference = (a.release[at] ?? 0) - (b.release[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return compareParts(a.rest, b.rest);
}
