import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing, nothingToDo } from "../plan.ts";
import { addChecksums, holdsPattern, type Problem } from "./content.ts";
import { criteriaOf, type FindCriteria, isWanted } from "./criteria.ts";
import { type FoundPath, type Walked, walk } from "./walk.ts";

/** Says which paths below some folders meet all of the criteria; changes nothing. */
export const pathsFound: Operation = {
  name: "paths-found",
  title: "Find paths by name, kind, age, size, mode and content",
  modules: ["ansible.builtin.find"],
  arguments: {
    paths: {
      type: "list",
      elements: "path",
      required: true,
      aliases: ["name", "path"],
      description: "Folders to search.",
    },
    patterns: {
      type: "list",
      elements: "str",
      default: [],
      aliases: ["pattern"],
      description: "Shell patterns or regular expressions; a name must match one.",
    },
    excludes: {
      type: "list",
      elements: "str",
      aliases: ["exclude"],
      description: "Patterns of names to leave out.",
    },
    contains: { type: "str", description: "Regular expression that the content must match; regular files only." },
    read_whole_file: { type: "bool", default: false, description: "Search the whole content instead of every line." },
    file_type: {
      type: "str",
      default: "file",
      choices: ["any", "directory", "file", "link"],
      description: "Kind of path.",
    },
    age: { type: "str", description: "At least that old (at most, with a minus), as a number and s, m, h, d or w." },
    age_stamp: {
      type: "str",
      default: "mtime",
      choices: ["atime", "ctime", "mtime"],
      description: "Which time is compared with age.",
    },
    size: { type: "str", description: "At least that large (at most, with a minus), in bytes or with k, m, g, t." },
    recurse: { type: "bool", default: false, description: "Go into folders." },
    hidden: { type: "bool", default: false, description: "Include names that begin with a dot." },
    follow: { type: "bool", default: false, description: "Go into folders through links." },
    get_checksum: { type: "bool", default: false, description: "Include a checksum of regular files." },
    checksum_algorithm: {
      type: "str",
      default: "sha1",
      choices: ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
      aliases: ["checksum", "checksum_algo"],
      description: "Which checksum.",
    },
    use_regex: { type: "bool", default: false, description: "Patterns are regular expressions." },
    depth: { type: "int", description: "How many levels to go down." },
    mode: { type: "raw", description: "Permissions, octal in quotes or symbolic." },
    exact_mode: { type: "bool", default: true, description: "Exactly these permissions, not some of them." },
    encoding: { type: "str", description: "Encoding of the content, UTF-8 unless given." },
    limit: { type: "int", description: "Stop after so many matches, the shallowest first." },
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, pathsFound.arguments, context.read);
    const criteria = criteriaOf(args);
    if ("changes" in criteria) return criteria;
    const search: Search = { files: [], examined: 0, skipped: {}, warnings: [] };
    let msg = "All paths examined";
    for (const path of args.paths as string[]) {
      const walked = await walk(path, criteria, context.read);
      Object.assign(search.skipped, walked.denied);
      if (walked.problem !== undefined) skip(search, path, walked.problem);
      else if (await searchFolder(path, walked, criteria, search, context.read)) msg = "Limit of matches reached";
    }
    if (args.get_checksum === true) {
      const failed = await addChecksums(search.files, String(args.checksum_algorithm), context.read);
      if (failed !== undefined) return failing(failed);
    }
    if (search.warnings.length > 0) msg = "Not all paths examined, check warnings for details";
    return nothingToDo({
      files: search.files.map(({ stat }) => stat),
      msg,
      matched: search.files.length,
      examined: search.examined,
      skipped_paths: search.skipped,
      ...(search.warnings.length > 0 ? { warnings: search.warnings } : {}),
    });
  },
};

interface Search {
  readonly files: FoundPath[];
  examined: number;
  readonly skipped: Record<string, string>;
  readonly warnings: string[];
}

function skip(search: Search, folder: string, problem: string): void {
  search.skipped[folder] = problem;
  search.warnings.push(`Skipped '${folder}' path due to this access issue: ${problem}\n`);
}

/** Adds what one folder gives to the search, in the order of the original; true when the limit is reached. */
async function searchFolder(
  path: string,
  walked: Walked,
  criteria: FindCriteria,
  search: Search,
  read: Parameters<typeof holdsPattern>[2],
): Promise<boolean> {
  for (const folder of walked.folders) {
    search.examined += folder.entries.length;
    for (const entry of folder.entries) {
      if (criteria.depth !== undefined && entry.depth > criteria.depth) continue;
      if (!isWanted(entry, criteria)) continue;
      if (criteria.contains !== undefined && entry.kind === "f" && criteria.fileType === "file") {
        const holds: boolean | Problem = await holdsPattern(entry.path, criteria, read);
        if (typeof holds === "object") {
          skip(search, path, holds.problem);
          return false;
        }
        if (!holds) continue;
      }
      search.files.push(entry);
      if (search.files.length === criteria.limit) return true;
    }
  }
  return false;
}
