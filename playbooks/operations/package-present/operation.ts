import type { Operation } from "../operation.ts";
import { packagesInstalled } from "../packages-installed/operation.ts";
import { failing } from "../plan.ts";
import { rpmPackagesInstalled } from "../rpm-packages-installed/operation.ts";

/** Packages are installed or not, by the package manager of the host. */
export const packagePresent: Operation = {
  name: "package-present",
  title: "Install or remove packages",
  modules: ["ansible.builtin.package"],
  arguments: {
    ...packagesInstalled.arguments,
    use: { type: "str", default: "auto", description: "The package manager; the host's own unless given." },
  },
  rules: packagesInstalled.rules ?? {},
  checkMode: "full",
  async plan(args, context) {
    const manager = args.use === "auto" ? await managerOf(context.read.run) : String(args.use).replace(/^.*\./, "");
    if (manager === "apt") return packagesInstalled.plan(args, context, "ansible.builtin.apt");
    if (["dnf", "dnf5", "dnf-3", "yum"].includes(manager)) {
      const state = args.state === "fixed" || args.state === "build-dep" ? "present" : args.state;
      const defaults = Object.fromEntries(
        Object.entries(rpmPackagesInstalled.arguments).map(([name, argument]) => [name, argument.default ?? null]),
      );
      const given = { name: args.package ?? [], state, update_cache: args.update_cache ?? false };
      return rpmPackagesInstalled.plan({ ...defaults, ...given }, context, `ansible.builtin.${manager}`);
    }
    if (manager === "")
      return failing('Could not detect which package manager to use. Try gathering facts or setting the "use" option.');
    return failing(`not supported by the native module: the package manager ${manager}`);
  },
};

async function managerOf(run: (script: string) => Promise<{ readonly stdout: string }>): Promise<string> {
  const outcome = await run(
    "for m in apt-get dnf5 dnf dnf-3 yum zypper apk pacman; do if command -v $m >/dev/null; then echo $m; break; fi; done\n",
  );
  const found = outcome.stdout.trim();
  return found === "apt-get" ? "apt" : found;
}
