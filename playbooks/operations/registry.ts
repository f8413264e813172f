import { commandRun } from "./command-run/operation.ts";
import { fileCopied } from "./file-copied/operation.ts";
import type { Operation } from "./operation.ts";
import { pathPresent } from "./path-present/operation.ts";

/** Every operation, by name. Written by `npm run generate`: add a folder with a operation.ts instead of editing. */
export const operations: readonly Operation[] = [commandRun, fileCopied, pathPresent];
