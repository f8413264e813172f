import { chmodOperand, modeBits, parseMode } from "../mode.ts";
import type { OperationPlan } from "../operation.ts";
import { failing } from "../plan.ts";
import { operand, type PathRequest } from "./request.ts";

interface TreeStep {
  readonly differs: boolean;
  readonly script: string;
}

/** Kind, mode, owner and group that occur below a folder; one entry however many paths have them. */
interface Combination {
  readonly kind: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Owner, group and mode of everything below `path`. Reads the combinations that occur, decides for each, and changes them in
 * one walk, so that a path is judged once by what it was. With `follow`, what links point to counts too.
 */
export async function planTree(request: PathRequest, path: string): Promise<TreeStep | OperationPlan> {
  const { wanted, known, user, follow } = request;
  const mode = parseMode(wanted.mode);
  if (mode?.kind === "invalid")
    return failing("mode must be in octal or symbolic form", { details: mode.details, path });
  const walk = follow ? "find -L" : "find";
  const list = `{ ${walk} ${operand(path)} -mindepth 1 -printf '%y %m %U %G\\n'; find ${operand(path)} -mindepth 1 -type l -printf 'l %m %U %G\\n'; } 2>/dev/null | sort -u`;
  const outcome = await request.context.read.run(list);
  const combinations = outcome.stdout.split("\n").filter(Boolean).map(parseCombination);

  const strangers = combinations.filter(
    ({ uid, gid }) =>
      (known.owner !== undefined && known.owner.id !== uid) || (known.group !== undefined && known.group.id !== gid),
  );
  const who = `${known.owner?.id ?? ""}:${known.group?.id ?? ""}`;
  let script = "";
  if (strangers.length > 0) {
    script += `find ${operand(path)} -mindepth 1 -exec chown -h ${who} {} +\n`;
    if (follow) script += `${walk} ${operand(path)} -mindepth 1 ! -type l -exec chown ${who} {} +\n`;
  }
  const branches: string[] = [];
  for (const { kind, mode: current } of uniqueModes(combinations)) {
    if (mode === undefined || kind === "l") continue;
    const bits = modeBits(mode, { mode: current, directory: kind === "d", umask: user.umask });
    if (bits === current) continue;
    // A chown just before may have taken setuid and setgid away, so these bits are not asked for.
    const match =
      strangers.length > 0
        ? `-perm -${octal(current & 0o1777)} ! -perm /${octal(~current & 0o1777)}`
        : `-perm ${octal(current)}`;
    branches.push(`-type ${kind} ${match} -exec chmod ${chmodOperand(bits)} {} +`);
  }
  if (branches.length > 0) script += `${walk} ${operand(path)} -mindepth 1 \\( ${branches.join(" -o ")} \\)\n`;
  return { differs: script !== "", script };
}

function parseCombination(line: string): Combination {
  const [kind = "f", mode = "0", uid = "0", gid = "0"] = line.split(" ");
  return { kind, mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid) };
}

function uniqueModes(combinations: readonly Combination[]): Combination[] {
  const seen = new Map(combinations.map((combination) => [`${combination.kind} ${combination.mode}`, combination]));
  return [...seen.values()];
}

function octal(bits: number): string {
  return bits.toString(8).padStart(4, "0");
}
