import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, OperationContext, OperationPlan } from "../operation.ts";
import { type WantedOwnership, wantedOwnership } from "../ownership.ts";
import { guarded, type PathState } from "../path-state.ts";
import { failing, runChange } from "../plan.ts";
import { type Destination, parentOf, readDestination } from "./destination.ts";
import { planAt } from "./file.ts";
import { newFolders } from "./folders.ts";
import { decryptOf, fileSource, type TreeSource } from "./source.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Paths read in one round trip: keeps one script below the size an argument list may have. */
const PATHS_A_READ = 400;

/** A folder of the controller with everything in it, below `dest`. */
export async function planTree(
  args: Arguments,
  dest: string,
  source: TreeSource,
  context: OperationContext,
): Promise<OperationPlan> {
  const base = dest.replace(/\/+$/, "");
  const wanted = wantedOwnership({ ...args, mode: args.mode === "preserve" ? null : args.mode });
  const found = await readTree(base, source, wanted, args, context);
  if (typeof found === "string") return failing(found, { dest });

  const folders: string[] = [];
  const changes: Change[] = [];
  const plans: OperationPlan[] = [];
  for (const file of source.files) {
    const path = `${base}/${file.name}`;
    const state = found.paths.get(file.name);
    const parent = found.paths.get(`parent ${parentOf(path)}`);
    if (state === undefined || parent === undefined) return failing(`cannot look at ${path}`, { dest });
    const content = await fileSource(file.path, decryptOf(args, context));
    const mode = args.mode === "preserve" ? content.mode : args.mode;
    const fileArgs = { ...args, backup: args.backup, follow: source.files.length === 1 && args.follow };
    const plan = await planAt({
      args: fileArgs,
      path,
      state,
      parent,
      found,
      source: content,
      wanted: { ...wanted, mode: mode ?? undefined },
      context,
      makesFolder: true,
    });
    if (plan.result.failed === true) return plan;
    plans.push(plan);
    if (parent.target === undefined && !folders.includes(parentOf(path))) folders.push(parentOf(path));
  }
  for (const folder of source.emptyFolders) {
    if (found.paths.get(folder)?.target?.kind !== "directory") folders.push(`${base}/${folder}`);
  }
  if (folders.length > 0) {
    const script = folders.map((folder) => newFolders(folder, args.directory_mode, wanted, found)).join("");
    changes.push(runChange(context, `Make folders in ${base}`, script));
  }
  changes.push(
    ...plans.flatMap((plan) => plan.changes.filter((change) => !change.title.startsWith("Make the folder "))),
  );
  const links = source.links.filter((link) => found.paths.get(link.name)?.linkText !== link.text);
  if (links.length > 0) changes.push(runChange(context, `Make links in ${base}`, linkScript(base, links)));
  const changed = plans.some((plan) => plan.result.changed === true) || folders.length > 0 || links.length > 0;
  const only = source.files.length === 1 ? plans[0] : undefined;
  const result = only?.result ?? { dest: `${base}/`, src: source.path };
  return {
    changes: context.checkMode ? [] : changes,
    result: { ...result, changed },
  };
}

async function readTree(
  base: string,
  source: TreeSource,
  wanted: WantedOwnership,
  args: Arguments,
  context: OperationContext,
): Promise<Destination | string> {
  const places = new Map<string, string>();
  for (const { name } of [...source.files, ...source.links]) {
    const path = `${base}/${name}`;
    places.set(name, path);
    places.set(`parent ${parentOf(path)}`, parentOf(path));
  }
  for (const folder of source.emptyFolders) places.set(folder, `${base}/${folder}`);
  const all = [...places];
  const paths = new Map<string, PathState>();
  let last: Destination | undefined;
  for (let start = 0; start < Math.max(all.length, 1); start += PATHS_A_READ) {
    // Names may hold line ends, so the host is given numbers as labels.
    const part = all.slice(start, start + PATHS_A_READ);
    const numbered = new Map(
      part.map(([label, path], index) => [label.startsWith("parent ") ? `parent${index}` : `file${index}`, path]),
    );
    const read = await readDestination(numbered, wanted, context, { backup: args.backup === true });
    if (typeof read === "string") return read;
    last = read;
    part.forEach(([label], index) => {
      const state = read.paths.get(label.startsWith("parent ") ? `parent${index}` : `file${index}`);
      if (state !== undefined) paths.set(label, state);
    });
  }
  return last === undefined ? `cannot look at ${base}` : { ...last, paths };
}

function linkScript(base: string, links: TreeSource["links"]): string {
  return links
    .map(({ name, text }) => {
      const path = `${base}/${name}`;
      return `mkdir -p ${shellQuote(guarded(parentOf(path)))}\nln -sfn -- ${shellQuote(text)} ${shellQuote(guarded(path))}\n`;
    })
    .join("");
}
