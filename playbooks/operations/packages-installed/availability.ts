import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { OperationContext } from "../operation.ts";
import { type HostPackages, matchesPattern, type PackageWish } from "./host-packages.ts";

/** What apt says of wishes that are not met: asked only then, for apt takes its time. */
export interface Availability {
  /** Wishes that nothing can meet, in the original's words. */
  readonly failure?: string;
  /** Names that an installed package stands for: the only one that provides them. */
  readonly provided: ReadonlySet<string>;
}

export async function availabilityOf(
  wishes: readonly PackageWish[],
  host: HostPackages,
  context: OperationContext,
): Promise<Availability> {
  const open = wishes.filter((wish) => {
    const installed = host.matching(wish).some((found) => found.status === "installed");
    return (
      !installed ||
      (wish.operator !== undefined && !host.matching(wish).some((found) => host.satisfies(wish, found.version)))
    );
  });
  if (open.length === 0) return { provided: new Set() };
  const script = open
    .map(
      (wish, index) => `echo "bdap-wish ${index}"
apt-cache madison -- ${shellQuote(wish.name)} 2>/dev/null | awk -F' *[|] *' '{ print "version " $2 }'
apt-cache showpkg -- ${shellQuote(wish.name)} 2>/dev/null | awk '/^Reverse Provides:/ { on = 1; next } on && NF { print "provider " $1 }' | sort -u
`,
    )
    .join("");
  const outcome = await context.read.run(`export LC_ALL=C\n${script}true\n`);
  const provided = new Set<string>();
  const compared: { readonly wish: PackageWish; readonly versions: readonly string[] }[] = [];
  for (const [index, part] of outcome.stdout
    .split(/^bdap-wish \d+\n/m)
    .slice(1)
    .entries()) {
    const wish = open[index];
    if (wish === undefined) continue;
    const values = (label: string) =>
      [...part.matchAll(new RegExp(`^${label} (.*)$`, "gm"))].map(([, value = ""]) => value);
    const [versions, providers] = [values("version"), values("provider")];
    const [only] = providers;
    if (versions.length === 0 && only !== undefined) {
      const stands = providers.length === 1 && (await isInstalled(only, context));
      if (stands) provided.add(wish.name);
    } else if (versions.length === 0 && !host.matching(wish).some((found) => found.status === "installed")) {
      return { provided, failure: `No package matching '${wish.name}' is available` };
    } else if (wish.operator === "=" && !versions.some((version) => matchesPattern(wish.version, version))) {
      return { provided, failure: `no available installation candidate for ${wish.name}=${wish.version}` };
    } else if (wish.operator === ">=") compared.push({ wish, versions });
  }
  const failure = await unreachable(compared, context);
  return failure === undefined ? { provided } : { provided, failure };
}

async function isInstalled(name: string, context: OperationContext): Promise<boolean> {
  const outcome = await context.read.run(`dpkg-query -W -f '\${db:Status-Status}' -- ${shellQuote(name)} 2>/dev/null`);
  return outcome.stdout === "installed";
}

async function unreachable(
  compared: readonly { readonly wish: PackageWish; readonly versions: readonly string[] }[],
  context: OperationContext,
): Promise<string | undefined> {
  for (const { wish, versions } of compared) {
    const script = versions.map(
      (version) => `${shellJoin(["dpkg", "--compare-versions", version, "ge", wish.version])} && exit 0\n`,
    );
    const outcome = await context.read.run(`${script.join("")}exit 1\n`);
    if (outcome.status !== 0) return `no available installation candidate for ${wish.name}>=${wish.version}`;
  }
  return undefined;
}

/** Patterns among names (`lib*-dev`) as the names of the packages that apt knows. A pattern that matches nothing is a failure. */
export async function expandPatterns(
  wishes: readonly PackageWish[],
  context: OperationContext,
): Promise<readonly PackageWish[] | string> {
  if (!wishes.some((wish) => wish.pattern)) return wishes;
  const known = (await context.read.run("apt-cache pkgnames\n")).stdout.split("\n");
  const expanded: PackageWish[] = [];
  for (const wish of wishes) {
    if (!wish.pattern) {
      expanded.push(wish);
      continue;
    }
    const names = known.filter((name) => name !== "" && matchesPattern(wish.name, name)).sort();
    if (names.length === 0) return `No package(s) matching '${wish.name}' available`;
    expanded.push(...names.map((name) => ({ ...wish, name, pattern: false })));
  }
  return expanded;
}
