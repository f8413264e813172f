/** Packages by name, each with what its manager says; from lines with tabs between fields. */
export function parsePackages(
  output: string,
  managers: readonly string[],
  all: boolean,
): Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> {
  const asked = (source: string) =>
    managers.includes("auto") || managers.includes(source) || (source === "rpm" && managers.some(isRpmManager));
  const packages = new Map<string, Record<string, unknown>[]>();
  let first: string | undefined;
  for (const line of output.split("\n")) {
    const [source = "", ...fields] = line.split("\t");
    if (!asked(source) || (!all && first !== undefined && first !== source)) continue;
    const entry = source === "apt" ? debianPackage(fields) : source === "rpm" ? rpmPackage(fields) : undefined;
    if (entry === undefined) continue;
    first ??= source;
    const name = String(entry.name);
    packages.set(name, [...(packages.get(name) ?? []), { ...entry, source }]);
  }
  return Object.fromEntries(packages);
}

function isRpmManager(name: string): boolean {
  return ["dnf", "dnf5", "yum"].includes(name);
}

function debianPackage([status, name, version, arch, category]: readonly string[]):
  | Record<string, unknown>
  | undefined {
  if (status !== "installed" || name === undefined) return undefined;
  // dpkg does not know the archive a package came from; the original asks python3-apt for it.
  return { name, version, arch, category, origin: "" };
}

function rpmPackage([name, version, release, epoch, arch]: readonly string[]): Record<string, unknown> | undefined {
  if (name === undefined || name === "") return undefined;
  return { name, version, release, epoch: epoch === "(none)" ? null : Number(epoch), arch };
}
